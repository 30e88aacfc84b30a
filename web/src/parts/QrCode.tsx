import type { Qr } from '../api/types';
import css from './QrCode.module.css';

/** A code for a phone's camera. Dark on light in both themes: many cameras read no other. */
export function QrCode({ code, label }: { code: Qr; label: string }) {
  return (
    <svg className={css['code']} viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={code.size} height={code.size} fill="#fff" />
      <path d={code.path} fill="#000" />
    </svg>
  );
}
