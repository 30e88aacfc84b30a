import { Image } from 'lucide-react';
import { memo, useState } from 'react';

import type { PromptView } from '../../api/types';
import { Button } from '../../parts/Button';
import { StateMark } from '../../parts/StateMark';
import { duration, useNow, when } from '../../parts/time';
import { count, t } from '../../words';
import { took } from '../outputs/took';
import { thumbnailOf } from '../outputs/addresses';
import css from './Prompts.module.css';
import { live, promptMark } from './states';
import { useCancel } from './useCancel';

/** One prompt in the list: what it is about, how it goes, what came of it. */
export const PromptRow = memo(function PromptRow({ prompt, onOpen }: { prompt: PromptView; onOpen: () => void }) {
  const cancel = useCancel();
  const summary = prompt.summary || t('prompts.nameless');
  return (
    <li className={css['row']} data-prompt={prompt.id} data-state={prompt.state}>
      <button type="button" className={css['open']} onClick={onOpen}>
        <Picture path={prompt.first_output} files={prompt.files} />
        <span className={css['words']}>
          <b className="el" title={summary}>{summary}</b>
          <span className={`meta el ${prompt.error ? css['error'] : ''}`} title={prompt.error ?? undefined}>
            {prompt.error ?? <About prompt={prompt} />}
          </span>
        </span>
        <span className={css['state']}>
          <StateMark mark={promptMark(prompt.state)}>{t(`prompt.${prompt.state}`)}</StateMark>
          <span className="meta">
            <Took prompt={prompt} />
          </span>
        </span>
      </button>
      {live(prompt.state) && (
        <span className={`hide-p ${css['cancel']}`}>
          <Button size="s" look="quiet" online working={cancel.isPending} onClick={() => cancel.mutate(prompt.id)} aria-label={t('prompts.cancel_name', { name: summary })}>
            {t('common.cancel')}
          </Button>
        </span>
      )}
    </li>
  );
});

function About({ prompt }: { prompt: PromptView }) {
  const now = useNow(30_000);
  const at = when(prompt.created_at, now);
  return prompt.files > 0 ? t('prompts.row_files', { when: at, files: count('prompts.files', prompt.files) }) : t('prompts.row', { when: at });
}

/** How long it ran, or runs. */
function Took({ prompt }: { prompt: PromptView }) {
  const now = useNow(1000);
  if (prompt.started_at === null) return prompt.state === 'queued' ? t('prompts.waits', { time: duration(now - prompt.created_at) }) : null;
  return took((prompt.ended_at ?? now) - prompt.started_at);
}

/** The first file it made, with the number of all of them on it. */
function Picture({ path, files }: { path: string | null; files: number }) {
  const [gone, lose] = useState(false);
  const shown = path !== null && !gone;
  return (
    <span className={css['picture']} aria-hidden="true">
      {shown ? <img src={thumbnailOf({ path }, 256)} alt="" loading="lazy" decoding="async" onError={() => lose(true)} /> : <Image />}
      {shown && files > 1 && <i className="num">{files}</i>}
    </span>
  );
}
