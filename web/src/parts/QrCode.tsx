import type { Qr } from '../api/types';
import css from './QrCode.module.css';

/** Modules of light around the code, which readers need. */
const QUIET = 4;

/** A code for a phone's camera. Dark on light in both themes: many cameras read no other. */
export function QrCode({ code, label }: { code: Qr; label: string }) {
  const side = code.size + 2 * QUIET;
  return (
    <svg className={css['code']} viewBox={`${-QUIET} ${-QUIET} ${side} ${side}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect x={-QUIET} y={-QUIET} width={side} height={side} fill="#fff" />
      <path d={code.path} fill="#000" />
    </svg>
  );
}
