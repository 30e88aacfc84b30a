import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

import { t } from '../words';
import { Button } from './Button';
import css from './CopyLine.module.css';
import { copyText } from './copyText';

/** A link or token in one line, with the button that copies it. */
export function CopyLine({ value, label }: { value: string; label: string }) {
  const [copied, mark] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => mark(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <div className={css['line']}>
      <input className={css['value']} readOnly value={value} aria-label={label} onFocus={(event) => event.target.select()} />
      <Button size="s" onClick={() => void copyText(value).then(mark)}>
        {copied ? <Check /> : <Copy />}
        <span aria-live="polite">{t(copied ? 'common.copied' : 'common.copy')}</span>
      </Button>
    </div>
  );
}
