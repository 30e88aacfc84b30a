import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import type { ReactNode } from 'react';

import { PageHead } from '../../parts/Surface';
import { useTitle } from '../../parts/useTitle';
import { t } from '../../words';
import { docked } from './dock';
import { LogView } from './log/LogView';
import type { LogSource } from './log/source';
import css from './LogPage.module.css';

interface LogPageProps {
  title: string;
  answer: ReactNode;
  acts: ReactNode;
  source: LogSource;
  live: boolean;
  onClear?: (() => void) | undefined;
  emptied?: number;
  children?: ReactNode;
}

/** A tool's or job's log with its title and what can be done about it. */
export function LogPage({ title, answer, acts, source, live, onClear, emptied = 0, children }: LogPageProps) {
  useTitle(title);
  const navigate = useNavigate();
  const { line } = useSearch({ strict: false });
  const minimise = () => {
    docked.set({ source, title, live });
    void navigate({ to: '/' });
  };
  return (
    <>
      <PageHead
        title={title}
        keep
        above={
          <Link to="/activity" className={`meta ${css['back']}`}>
            <ChevronLeft aria-hidden="true" />
            {t('nav.activity')}
          </Link>
        }
        acts={<span className={css['acts']}>{acts}</span>}
      >
        {answer}
      </PageHead>
      <LogView key={source.key} source={source} label={t('log.of', { title })} live={live} line={line} linked onClear={onClear} onMinimise={minimise} emptied={emptied} />
      {children}
    </>
  );
}
