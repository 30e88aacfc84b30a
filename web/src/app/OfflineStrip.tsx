import { answers, connection } from '../events/connection';
import { events } from '../events';
import { useStore } from '../events/store';
import { Button } from '../parts/Button';
import { StateMark } from '../parts/StateMark';
import { clockSeconds, duration, useNow } from '../parts/time';
import { rich, t } from '../words';
import css from './OfflineStrip.module.css';

/** On top of the page while the studio does not answer. What is there stays readable. */
export function OfflineStrip() {
  const state = useStore(connection);
  const lost = state.is === 'lost' && !answers(state);
  return (
    <div role="status" className={css['place']}>
      {lost && <Strip lastSeen={state.lastSeen / 1000} retryAt={state.retryAt / 1000} />}
    </div>
  );
}

function Strip({ lastSeen, retryAt }: { lastSeen: number; retryAt: number }) {
  const now = useNow(500);
  const left = Math.max(0, Math.ceil(retryAt - now));
  return (
    <div className={css['strip']}>
      <StateMark mark="warn">{t('offline.title')}</StateMark>
      <span className="dim">
        {rich('offline.text', { seen: <time>{clockSeconds(lastSeen)}</time>, left: <span className="num" aria-hidden="true">{duration(left)}</span> })}
      </span>
      <Button size="s" onClick={events.retryNow}>
        {t('offline.now')}
      </Button>
    </div>
  );
}
