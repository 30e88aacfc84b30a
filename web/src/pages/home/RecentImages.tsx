import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';

import { recentImages } from '../../api/queries';
import type { OutputView } from '../../api/types';
import { Section } from '../../parts/Surface';
import { ago, useNow } from '../../parts/time';
import { useWidth } from '../../parts/useWidth';
import { count, t } from '../../words';
import { thumbnailOf, thumbnailSize } from '../outputs/addresses';
import { layoutOf, type Shape } from '../outputs/layout';
import css from './RecentImages.module.css';

/** A row as wide as the page; on a phone two of squares. */
function shapeOf(width: number): Shape {
  const phone = window.matchMedia('(max-width: 720px)').matches;
  return { width, gap: phone ? 4 : 6, row: 164, heading: 0, between: 0, columns: phone ? 4 : null };
}

/** What the visitor made last, for whoever has made something. */
export function RecentImages() {
  const { data } = useQuery(recentImages);
  if (!data || data.outputs.length === 0) return null;
  return (
    <div className={css['place']}>
      <Section title={t('home.my_images')} note={count('home.images', data.total)} end={<Link to="/outputs">{t('home.all_images')}</Link>}>
        <Row images={data.outputs} />
      </Section>
    </div>
  );
}

function Row({ images }: { images: readonly OutputView[] }) {
  const place = useRef<HTMLUListElement>(null);
  const width = useWidth(place);
  const now = useNow(30_000);
  const shape = shapeOf(width);
  const { rows } = layoutOf(images, [{ start: 0, first: 0, end: images.length }], shape);
  const shown = width === 0 ? [] : rows.filter((row) => row.spots.length > 0).slice(0, shape.columns === null ? 1 : 2);
  const last = shown.at(-1);
  return (
    <ul ref={place} className={css['row']} style={{ height: last ? last.top + last.height : shape.row }}>
      {shown.flatMap((row) =>
        row.spots.map(({ index, left, width: wide }) => {
          const image = images[index];
          return (
            image && (
              <li key={image.path} style={{ left, top: row.top, width: wide, height: row.height }}>
                <Link to="/outputs" search={{ open: image.path }} aria-label={t('home.image', { name: image.name, when: ago(image.at, now) })}>
                  <img src={thumbnailOf(image, thumbnailSize(Math.max(wide, row.height) * window.devicePixelRatio))} alt={image.name} loading="lazy" decoding="async" />
                </Link>
              </li>
            )
          );
        }),
      )}
    </ul>
  );
}
