/**
 * xterm writes its sizes and colours into <style> elements and style attributes, which the page's policy refuses.
 * Both are CSS all the same to the object model, which the policy leaves to the page's own scripts: the rules go into
 * constructed style sheets, the attributes into `element.style`.
 */

/** An element that looks like a `<style>` to xterm and keeps its rules in a constructed sheet. */
function styleLike(make: (name: string) => HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  const element = make('i');
  element.hidden = true;
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(element, 'textContent', { get: () => '', set: (rules: string) => sheet.replaceSync(rules) });
  const remove = element.remove.bind(element);
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
    remove();
  };
  return element;
}

/** A row's span, whose style attribute is set through the object model. */
function spanLike(make: (name: string) => HTMLElement): HTMLElement {
  const element = make('span');
  const set = element.setAttribute.bind(element);
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value;
    else set(name, value);
  };
  return element;
}

const make = (name: string): HTMLElement => Document.prototype.createElement.call(document, name) as HTMLElement;

function create(name: string): HTMLElement {
  if (name === 'style') return styleLike(make);
  return name === 'span' ? spanLike(make) : make(name);
}

/** The document to give xterm as `documentOverride`. */
export function quietDocument(): Document {
  return new Proxy(document, {
    get(target, name) {
      if (name === 'createElement') return create;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...words: unknown[]) => unknown).bind(target) : value;
    },
  });
}

/** Run `open`, in which xterm also asks the page's own document for a `<style>`. */
export function withoutStyleElements(open: () => void): void {
  document.createElement = ((name: string) => create(name)) as typeof document.createElement;
  try {
    open();
  } finally {
    // What was put on the object goes; the prototype's own stays.
    delete (document as Partial<Pick<Document, 'createElement'>>).createElement;
  }
}
