// Colours and weights (SGR) stay; every other control sequence and character is taken out, though the studio did so before.
const OTHER = /\u001b\[[0-9;:]*m|\u001b\[[\u0030-\u003f]*[\u0020-\u002f]*[\u0040-\u007e]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[\s\S]?|[\u0000-\u0008\u000a-\u001a\u001c-\u001f\u007f-\u009f]/gu;
const COLOUR = /^\u001b\[[0-9;:]*m$/;

/** What a terminal may be given of a line: text, tabs, and colours. */
export function coloured(text: string): string {
  return text.replace(OTHER, (found) => (COLOUR.test(found) ? found : ''));
}

/** The line without colours, for copying and comparing. */
export function plain(text: string): string {
  return text.replace(OTHER, '');
}
