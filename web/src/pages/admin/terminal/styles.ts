/**
 * xterm writes its sizes and colours into <style> elements and style attributes, which the page's policy refuses.
 * The policy leaves the object model to the page's own scripts: so the rules go into constructed style sheets, and the
 * attributes into `element.style`. tests/browser proves that a terminal has its colours under the policy.
 */

function make(name: string): HTMLElement {
  return Document.prototype.createElement.call(document, name) as HTMLElement;
}

/** An element that looks like a `<style>` to xterm and keeps its rules in a constructed sheet. */
function styleLike(): HTMLElement {
  const sheet = new CSSStyleSheet();
  const element = make('i');
  const remove = element.remove.bind(element);
  element.hidden = true;
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(element, 'textContent', { get: () => '', set: (rules: string) => sheet.replaceSync(rules) });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
    remove();
  };
  return element;
}

/** Run `open`, in which xterm asks the document for its `<style>` elements. */
export function withoutStyleElements(open: () => void): void {
  document.createElement = ((name: string) => (name === 'style' ? styleLike() : make(name))) as typeof document.createElement;
  try {
    open();
  } finally {
    // What was put on the object goes; the prototype's own stays.
    delete (document as Partial<Pick<Document, 'createElement'>>).createElement;
  }
}

/** From now on a span's style attribute is set through the object model: a row's colours are spans. */
export function styleSpansByModel(): void {
  HTMLSpanElement.prototype.setAttribute = function setAttribute(name: string, value: string): void {
    if (name === 'style') this.style.cssText = value;
    else Element.prototype.setAttribute.call(this, name, value);
  };
}
