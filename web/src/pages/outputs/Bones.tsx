import { useLate } from '../../parts/useLate';
import { t } from '../../words';
import css from './Outputs.module.css';
import { layoutOf } from './layout';
import { shapeOf } from './shape';

const ASPECTS = [0.8, 1.78, 0.8, 1.5, 1, 1.33, 1.78, 0.8, 1, 1.5, 0.67, 1, 1.5, 1, 0.8, 1.33, 1.78, 1, 0.8, 1.5, 1, 0.8];

/** The outline of a day of pictures, at its final size. */
export function Bones({ width }: { width: number }) {
  const late = useLate();
  if (!late || width === 0) return null;
  const items = ASPECTS.map((aspect) => ({ kind: 'image' as const, width: aspect * 100, height: 100 }));
  const { rows, height } = layoutOf(items, [{ start: 0, first: 0, end: items.length }], shapeOf(width));
  return (
    <div className={css['bones']} style={{ height }} role="status" aria-label={t('common.loading')}>
      <i className={css['title']} />
      {rows.flatMap((row) => row.spots.map((spot) => <i key={spot.index} style={{ left: spot.left, top: row.top, width: spot.width, height: row.height }} />))}
    </div>
  );
}
