import { memo, useMemo } from 'react';

import type { LogLine } from '../../../api/types';
import { clockSeconds } from '../../../parts/time';
import { locale } from '../../../words/language';
import type { Painter } from './colours';
import css from './Lines.module.css';
import { type Piece, pieces } from './pieces';
import { spans } from './sgr';

const fullTime = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });

interface RowProps {
  line: LogLine;
  /** The address of this line. */
  href: string;
  times: boolean;
  /** Chosen by the reader, or the one the address names. */
  chosen: boolean;
  /** Says what went wrong first. */
  wrong: boolean;
  /** What is looked for, to be marked. */
  term: RegExp | null;
  /** Holds the hit that is looked at. */
  current: boolean;
  painter: Painter;
}

/** One line: its time, which is its address, and its text as spans. Nothing of it is ever read as markup. */
export const Row = memo(function Row({ line, href, times, chosen, wrong, term, current, painter }: RowProps) {
  const shown = useMemo(() => pieces(spans(line.text), term), [line, term]);
  const classes = [css['row'], line.stream === 'k' && css['studio'], wrong && css['wrong'], chosen && css['chosen'], current && css['current']].filter(Boolean).join(' ');
  return (
    <div className={classes} data-offset={line.offset} role="listitem">
      {times && (
        <a className={css['time']} href={href} tabIndex={-1} title={fullTime.format(line.at * 1000)}>
          {clockSeconds(line.at)}
        </a>
      )}
      <span className={css['text']}>
        {shown.map((piece, nth) => (
          <Stretch key={nth} piece={piece} painter={painter} />
        ))}
        {shown.length === 0 && '\u200b'}
      </span>
    </div>
  );
});

function Stretch({ piece, painter }: { piece: Piece; painter: Painter }) {
  const { names, ...style } = painter.drawn(piece.look);
  if (names === '' && style.color === undefined && !piece.hit) return piece.text;
  const Tag = piece.hit ? 'mark' : 'span';
  return (
    <Tag className={names.split(' ').map((name) => css[name] ?? '').join(' ')} style={style}>
      {piece.text}
    </Tag>
  );
}
