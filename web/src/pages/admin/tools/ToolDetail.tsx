import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import { useState } from 'react';

import { sentenceOf } from '../../../api/client';
import { session } from '../../../api/queries';
import { Button } from '../../../parts/Button';
import { ErrorLine, Note, Skeleton } from '../../../parts/Surface';
import { t } from '../../../words';
import { Asked, type Asking } from './Asked';
import { Command } from './Command';
import { Instances } from './Instances';
import { type AdminTool, readable } from './model';
import { Options } from './Options';
import { command as commandQuery } from './queries';
import { ToolHead } from './ToolHead';
import css from './Tools.module.css';

interface DetailProps {
  tool: AdminTool;
  /** As whose it would start, by name. */
  as: string | undefined;
  onAs: (as: string | undefined) => void;
  onBack: (() => void) | null;
}

/** One tool: what runs, what may be changed about it, and the command that comes of it. */
export function ToolDetail({ tool, as, onAs, onBack }: DetailProps) {
  const whose = tool.instances === 'per-artist' ? as : undefined;
  const { data, error, refetch, isPlaceholderData } = useQuery({ ...commandQuery(tool.id, whose), enabled: readable(tool) });
  const { data: me } = useQuery(session);
  const [asking, ask] = useState<Asking | null>(null);
  const down = (tool.state === 'crashed' || tool.state === 'failed') && (tool.first_error ?? exitOf(tool));
  return (
    <div className={css['detail']}>
      {onBack && (
        <button type="button" className={css['back']} onClick={onBack}>
          <ChevronLeft aria-hidden="true" />
          {t('tools.all')}
        </button>
      )}
      <ToolHead tool={tool} instances={data?.instances ?? []} onAsk={ask} />
      {tool.state === 'broken' && tool.error && <ErrorLine>{tool.error}</ErrorLine>}
      {down && <ErrorLine>{down}</ErrorLine>}
      {data?.restart_needed && (
        <Note
          look="warn"
          title={t('tools.waiting')}
          end={
            tool.instances === 'one' && (
              <Button size="s" online onClick={() => ask({ what: 'restart', person: null })}>
                {t('tools.restart_ask')}
              </Button>
            )
          }
        >
          {t(tool.instances === 'one' ? 'tools.waiting_text' : 'tools.waiting_text_own')}
        </Note>
      )}
      {error && !data && <Note look="failed" title={sentenceOf(error)} end={<Button size="s" onClick={() => void refetch()}>{t('common.try_again')}</Button>} />}
      {!data && !error && readable(tool) && <Skeleton rows={3} height={120} />}
      {data && me && (
        <>
          <Instances tool={tool} instances={data.instances} me={me} onAsk={ask} />
          <Options tool={tool} options={data.options} running={data.instances.length > 0} />
          <Command tool={tool} command={data} me={me} as={whose} stale={isPlaceholderData} onAs={onAs} />
        </>
      )}
      {tool.job_id !== null && (
        <p className="meta">
          <Link to="/activity/job/$job" params={{ job: String(tool.job_id) }} className="link">
            {t('tools.last_job')}
          </Link>
        </p>
      )}
      {asking && <Asked tool={tool} asking={asking} onClose={() => ask(null)} />}
    </div>
  );
}

function exitOf(tool: AdminTool): string | null {
  if (tool.exit_signal !== null) return t('tools.exit_signal', { signal: tool.exit_signal });
  return tool.exit_code === null ? null : t('tools.exit_code', { code: tool.exit_code });
}
