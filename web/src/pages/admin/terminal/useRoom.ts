import { type RefObject, useLayoutEffect } from 'react';

/** What is left below an element, for the frame's own edge. */
const EDGE = 20;
const LEAST = 300;

/** Keep an element as high as the screen has room for below its top: a phone's keyboard and bars above it count. */
export function useRoom(ref: RefObject<HTMLElement | null>, there: boolean): void {
  useLayoutEffect(() => {
    const element = ref.current;
    const frame = window.visualViewport;
    if (!element) return undefined;
    const fit = () => {
      const top = element.getBoundingClientRect().top + window.scrollY;
      const dock = Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--dock')) || 0;
      const keyboard = frame !== null && frame.height < window.innerHeight - 120;
      const bar = window.innerWidth > 720 || keyboard ? 0 : Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--bottom-bar'));
      const room = (frame?.height ?? window.innerHeight) - (keyboard ? 8 : top + EDGE) - bar - dock;
      element.style.height = `${Math.max(keyboard ? 160 : LEAST, Math.floor(room))}px`;
      if (keyboard) element.scrollIntoView({ block: 'start' });
    };
    const watch = new ResizeObserver(fit);
    // What comes and goes above it, the strip of admin mode for one, changes the height of the whole.
    const whole = document.getElementById('main')?.parentElement;
    if (whole) watch.observe(whole);
    fit();
    window.addEventListener('resize', fit);
    frame?.addEventListener('resize', fit);
    return () => {
      watch.disconnect();
      window.removeEventListener('resize', fit);
      frame?.removeEventListener('resize', fit);
    };
  }, [ref, there]);
}
