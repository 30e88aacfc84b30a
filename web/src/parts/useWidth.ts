import { type RefObject, useEffect, useLayoutEffect, useState } from 'react';

/** The width of an element, kept current; 0 until it is there. */
export function useWidth(ref: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (ref.current) setWidth(Math.floor(ref.current.getBoundingClientRect().width));
  }, [ref]);
  useEffect(() => {
    if (!ref.current) return undefined;
    const watch = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    watch.observe(ref.current);
    return () => watch.disconnect();
  }, [ref]);
  return width;
}
