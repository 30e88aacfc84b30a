const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const NONE = /\p{Mn}|\p{Me}|\p{Cf}/u;
const ASCII = /^[\u0020-\u007e]*$/;
const TAB = 8;

/** How many letters' width a line takes, tabs and wide letters counted as they are drawn. */
export function cellsOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let cells = 0;
  for (const letter of text) {
    if (letter === '\t') cells += TAB - (cells % TAB);
    else if (WIDE.test(letter)) cells += 2;
    else if (!NONE.test(letter)) cells += 1;
  }
  return cells;
}
