import { Caps } from '../parts/Caps';
import css from './KeyList.module.css';
import type { KeyRow } from './keyLists';

/** What keys do, one a row. */
export function KeyRows({ rows }: { rows: readonly KeyRow[] }) {
  return (
    <dl className={css['keys']}>
      {rows.map(({ id, name, caps }) => (
        <div key={id}>
          <dt>{name}</dt>
          <dd>
            <Caps caps={caps} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
