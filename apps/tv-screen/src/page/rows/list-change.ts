import type { Row } from './build-rows.js';

/** What a sync changed on the screen, in words; undefined where it changed nothing. */
export function describeChange(before: readonly Row[], after: readonly Row[]): string | undefined {
  const known = new Set(personalCards(before).map(({ title }) => title.id));
  const cards = personalCards(after);
  const isNew = cards.filter(({ title }) => !known.has(title.id));
  const first = isNew.find(({ why }) => why?.startsWith('Viewers') === true) ?? isNew[0];
  if (first === undefined) return undefined;
  const count = isNew.length === 1 ? '1 title is' : `${isNew.length} titles are`;
  const why = first.why === undefined ? '' : ` (${first.why})`;
  return `What other TVs learned has arrived: ${count} new on your lists, such as ${first.title.title}${why}.`;
}

function personalCards(rows: readonly Row[]): Row['cards'] {
  const cards: Row['cards'][number][] = [];
  for (const row of rows) if (row.isPersonal) cards.push(...row.cards);
  return cards;
}
