import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ban, FileJson2 } from 'lucide-react';
import { useState } from 'react';

import { sentenceOf } from '../../api/client';
import type { PromptDetail } from '../../api/types';
import { Button } from '../../parts/Button';
import { CopyButton } from '../../parts/CopyButton';
import { Dialog } from '../../parts/Dialog';
import { StateMark } from '../../parts/StateMark';
import { ErrorLine, Note, Skeleton } from '../../parts/Surface';
import { atWhen, useNow } from '../../parts/time';
import { count, t } from '../../words';
import { took } from '../outputs/took';
import { thumbnailOf } from '../outputs/addresses';
import { saveText } from '../outputs/saveText';
import { madeBy } from './made';
import css from './OpenPrompt.module.css';
import { prompt as promptQuery } from './queries';
import { live, promptMark } from './states';
import { useCancel } from './useCancel';

/** More pictures than this are counted, not shown. */
const SHOWN = 24;

/** One prompt: how it went, what it made, and its workflow to take along. */
export function OpenPrompt({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error } = useQuery(promptQuery(id));
  return (
    <Dialog title={data?.prompt.summary || t('prompts.nameless')} open onClose={onClose}>
      {error && !data && <Note look="failed" title={sentenceOf(error)} />}
      {!data && !error && <Skeleton rows={3} height={44} />}
      {data && <Opened data={data} />}
    </Dialog>
  );
}

function Opened({ data }: { data: PromptDetail }) {
  const { prompt } = data;
  const now = useNow(1000);
  const cancel = useCancel();
  const made = madeBy(data.outputs);
  const workflow = JSON.stringify(data.extra.extra_pnginfo?.workflow ?? data.graph, null, 2);
  return (
    <div className={css['prompt']}>
      <p className={css['state']}>
        <StateMark mark={promptMark(prompt.state)}>{t(`prompt.${prompt.state}`)}</StateMark>
        <span className="dim">{t('prompts.queued_at', { when: atWhen(prompt.created_at, now) })}</span>
      </p>
      {prompt.error && <ErrorLine>{prompt.error}</ErrorLine>}
      <dl className={css['facts']}>
        {prompt.started_at !== null && (
          <div>
            <dt>{t(prompt.ended_at === null ? 'prompts.runs_for' : 'outputs.took')}</dt>
            <dd>{took((prompt.ended_at ?? now) - prompt.started_at)}</dd>
          </div>
        )}
        {prompt.nodes !== null && (
          <div>
            <dt>{t('prompts.nodes')}</dt>
            <dd>{prompt.nodes}</dd>
          </div>
        )}
        <div>
          <dt>{t('prompts.id')}</dt>
          <dd className="mono">{prompt.id}</dd>
        </div>
      </dl>
      {made.length > 0 && (
        <ul className={css['made']}>
          {made.slice(0, SHOWN).map((path) => (
            <Thumb key={path} path={path} />
          ))}
        </ul>
      )}
      {made.length > SHOWN && <p className="meta">{count('prompts.more_files', made.length - SHOWN)}</p>}
      <div className={css['acts']}>
        <Button size="s" onClick={() => saveText(`workflow-${prompt.number}.json`, workflow)}>
          <FileJson2 aria-hidden="true" />
          {t('prompts.workflow')}
        </Button>
        <CopyButton text={workflow}>{t('outputs.copy_workflow')}</CopyButton>
        {live(prompt.state) && (
          <Button size="s" look="risky" online working={cancel.isPending} onClick={() => cancel.mutate(prompt.id)}>
            {!cancel.isPending && <Ban aria-hidden="true" />}
            {t(prompt.state === 'running' ? 'prompts.stop' : 'prompts.take_back')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** A file it made; one that was thrown away since leaves no gap. */
function Thumb({ path }: { path: string }) {
  const [gone, lose] = useState(false);
  if (gone) return null;
  return (
    <li>
      <Link to="/outputs" search={{ open: path }} aria-label={t('prompts.open_file', { name: path })}>
        <img src={thumbnailOf({ path }, 256)} alt={path} loading="lazy" decoding="async" onError={() => lose(true)} />
      </Link>
    </li>
  );
}
