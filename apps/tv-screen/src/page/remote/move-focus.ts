export type Direction = 'left' | 'right' | 'up' | 'down';

/** What a row of things to choose from is marked with. */
const ROW = 'data-row';

/**
 * Moves the focus as a remote control does: along a row, or to the thing of the next row that lies
 * nearest below or above. Where nothing has the focus, the first thing gets it.
 */
export function moveFocus(scope: ParentNode, direction: Direction): void {
  const rows = rowsOf(scope);
  const active = document.activeElement;
  const at = rows.findIndex((row) => active !== null && row.includes(active as HTMLElement));
  const row = rows[at];
  if (row === undefined || active === null) {
    focusOn(rows[0]?.[0]);
    return;
  }
  const index = row.indexOf(active as HTMLElement);
  if (direction === 'left') focusOn(row[index - 1]);
  else if (direction === 'right') focusOn(row[index + 1]);
  else focusOn(nearest(rows[at + (direction === 'down' ? 1 : -1)] ?? [], active));
}

/** Where the focus is: which row of the scope, and which thing of the row. */
export interface FocusPlace {
  readonly row: number;
  readonly index: number;
}

export function focusPlace(scope: ParentNode): FocusPlace | undefined {
  const active = document.activeElement as HTMLElement | null;
  if (active === null) return undefined;
  const rows = rowsOf(scope);
  const row = rows.findIndex((things) => things.includes(active));
  return row < 0 ? undefined : { row, index: rows[row]?.indexOf(active) ?? 0 };
}

/** Gives the focus to a place, or to the last thing before it where there is less by now. */
export function focusAt(scope: ParentNode, { row, index }: FocusPlace): void {
  const rows = rowsOf(scope);
  const things = rows[Math.min(row, rows.length - 1)] ?? [];
  focusOn(things[Math.min(index, things.length - 1)]);
}

function rowsOf(scope: ParentNode): readonly (readonly HTMLElement[])[] {
  const rows = Array.from(scope.querySelectorAll(`[${ROW}]`));
  return rows
    .map((row) => Array.from(row.querySelectorAll<HTMLElement>('button:not(:disabled)')))
    .filter((things) => things.length > 0);
}

function nearest(things: readonly HTMLElement[], to: Element): HTMLElement | undefined {
  const goal = centre(to);
  const distance = (thing: Element): number => Math.abs(centre(thing) - goal);
  return [...things].sort((a, b) => distance(a) - distance(b))[0];
}

function centre(element: Element): number {
  const { left, width } = element.getBoundingClientRect();
  return left + width / 2;
}

function focusOn(thing: HTMLElement | undefined): void {
  if (thing === undefined) return;
  thing.focus({ preventScroll: true });
  thing.scrollIntoView({ block: 'center', inline: 'center' });
}
