/** The element of an id that the page has. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no #${id}`);
  return element;
}

/** An element with text. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text: string,
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export function showNumber(value: number): string {
  return number.format(value);
}

/** In bytes, or thousands or millions of them. */
export function showBytes(bytes: number): string {
  if (bytes >= 1e6) return `${showNumber(bytes / 1e6)} MB`;
  return bytes >= 1e3 ? `${showNumber(bytes / 1e3)} KB` : `${showNumber(bytes)} B`;
}

/** In seconds, or minutes. */
export function showDuration(ms: number): string {
  return ms >= 120_000 ? `${showNumber(ms / 60_000)} min` : `${showNumber(ms / 1000)} s`;
}
