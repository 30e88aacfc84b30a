import { useEffect, useRef, useState } from 'react';

import { count } from '../../../words';
import type { Feed } from './feed';
import { plainOf } from './plain';
import type { Reader } from './reader';

const EVERY_MS = 2000;
const MOST_SPOKEN = 3;

/** Reads new lines aloud to who asked for it: a few at a time, and only how many where there are more. */
export function Spoken({ feed, reader }: { feed: Feed; reader: Reader }) {
  const [words, speak] = useState('');
  const upto = useRef(0);
  useEffect(() => {
    const timer = setInterval(() => {
      const { stretch } = feed;
      const fresh = upto.current === 0 ? [] : stretch.items.slice(stretch.indexOf(upto.current) + 1);
      upto.current = stretch.items.at(-1)?.offset ?? 0;
      if (fresh.length === 0 || !reader.reading.get().following) return;
      const last = fresh.slice(-MOST_SPOKEN).map(plainOf).join('\n');
      speak(fresh.length > MOST_SPOKEN ? `${count('log.unseen', fresh.length)}\n${last}` : last);
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [feed, reader]);
  return (
    <div className="vh" role="status" aria-live="polite">
      {words}
    </div>
  );
}
