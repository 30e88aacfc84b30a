import { type RefObject, useLayoutEffect, useState } from 'react';

/** What the screen shows of a tall element, in its own pixels, in steps. */
export interface Stretch {
  top: number;
  bottom: number;
  /** It rushes by: nothing is worth fetching yet. */
  fast: boolean;
}

const STEP = 120;
/** Pixels in a millisecond from which pictures go by unseen. */
const FAST = 5;
const SETTLES_MS = 110;

/** Follow the page's scrolling over an element; `content` is what may change its place. */
export function useStretch(ref: RefObject<HTMLElement | null>, content: unknown): Stretch {
  const [stretch, setStretch] = useState<Stretch>({ top: 0, bottom: 1200, fast: false });
  useLayoutEffect(() => {
    let frame = 0;
    let settle: ReturnType<typeof setTimeout> | undefined;
    let before = { y: window.scrollY, at: performance.now() };
    const look = (fast: boolean) => {
      const box = ref.current?.getBoundingClientRect();
      if (!box) return;
      const top = Math.floor(-box.top / STEP) * STEP;
      const bottom = Math.ceil((window.innerHeight - box.top) / STEP) * STEP;
      setStretch((old) => (old.top === top && old.bottom === bottom && old.fast === fast ? old : { top, bottom, fast }));
    };
    const moved = () => {
      frame ||= requestAnimationFrame((at) => {
        frame = 0;
        const y = window.scrollY;
        const fast = Math.abs(y - before.y) / Math.max(1, at - before.at) > FAST;
        before = { y, at };
        clearTimeout(settle);
        if (fast) settle = setTimeout(() => look(false), SETTLES_MS);
        look(fast);
      });
    };
    look(false);
    window.addEventListener('scroll', moved, { passive: true });
    window.addEventListener('resize', moved);
    return () => {
      window.removeEventListener('scroll', moved);
      window.removeEventListener('resize', moved);
      cancelAnimationFrame(frame);
      clearTimeout(settle);
    };
  }, [ref, content]);
  return stretch;
}
