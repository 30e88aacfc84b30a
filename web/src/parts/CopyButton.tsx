import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

import { t } from '../words';
import { Button } from './Button';
import { copyText } from './copyText';
import { IconButton } from './IconButton';

/** Whether something was copied a moment ago, and how to copy. */
function useCopied(): [boolean, (text: string) => void] {
  const [copied, mark] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => mark(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void copyText(text).then(mark)];
}

/** Copies a text that is not shown, or not whole. */
export function CopyButton({ text, wide = false, children }: { text: string; wide?: boolean; children: string }) {
  const [copied, copy] = useCopied();
  return (
    <Button size="s" wide={wide} onClick={() => copy(text)}>
      {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      <span aria-live="polite">{copied ? t('common.copied') : children}</span>
    </Button>
  );
}

/** Copies what stands before it. */
export function CopyIcon({ text, label }: { text: string; label: string }) {
  const [copied, copy] = useCopied();
  return (
    <>
      <IconButton label={copied ? t('common.copied') : label} onClick={() => copy(text)}>
        {copied ? <Check /> : <Copy />}
      </IconButton>
      <span className="vh" aria-live="polite">
        {copied && t('common.copied')}
      </span>
    </>
  );
}
