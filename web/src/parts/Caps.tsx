import css from './Caps.module.css';

/** Keys as they stand on the keyboard. */
export function Caps({ caps }: { caps: readonly string[] }) {
  return caps.map((cap, nth) => (
    <kbd key={nth} className={css['cap']}>
      {cap}
    </kbd>
  ));
}
