import { plural } from '@omega-tv/command-line';
import type { Interval } from './intervals.js';
import type { LearningReport, LearningRow } from './learning-report.js';
import { PUBLISH_EVERY_MS, FLEET } from './settings.js';
import { KNOWN_COUNTS, SPLITS } from './trials.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const NAME_WIDTH = 40;
const DIFFERENCE_WIDTH = 23;

/** Prints a report as a table in Markdown, row by row as rows become final. */
export class LearningTable {
  readonly #printed = new Set<string>();

  /** What is new since the last call: at first, the head. */
  next(report: LearningReport): string {
    const final = report.learning.filter(({ name }) => report.finalRows.includes(name));
    const rows = final.filter(({ name }) => !this.#printed.has(name));
    if (rows.length === 0) return '';
    const head = this.#printed.size === 0 ? headOf(report) : '';
    for (const { name } of rows) this.#printed.add(name);
    return head + rows.map((row) => lineOf(cells(row))).join('');
  }
}

function headOf({ viewers, titles, known, isShuffled }: LearningReport): string {
  const which = known === 'time' ? 'the first by date' : 'drawn at random';
  const shuffled = isShuffled ? '; what the others completed is shuffled between them' : '';
  const names = [
    'precision@10',
    ...KNOWN_COUNTS.map((count) => `${count} known`),
    ...KNOWN_COUNTS.map((count) => `omega-tv better by, ${count}`),
  ];
  return (
    `${plural(viewers, 'viewer')}, ${plural(titles, 'title')}; known titles are ${which}${shuffled}.\n\n` +
    lineOf(names) +
    lineOf(names.map((_, column) => '-'.repeat(widthOf(column))))
  );
}

/** How it was measured, below the table. */
export function learningNotes({ costs }: LearningReport): string {
  const fleet =
    costs === undefined
      ? ''
      : `Fleet: every learning viewer is ${plural(costs.passes, 'device')}; each completion is one delta ` +
        `(${costs.upBytes.toFixed(0)} B on average), reported within ${FLEET.reportSpreadMs / DAY_MS} day of it by the ` +
        `viewer's clock; ${FLEET.publications} publications, one each ${PUBLISH_EVERY_MS / DAY_MS} days of the server's ` +
        `clock; k = ${FLEET.minDevices}; generation ${costs.generation} and way ${costs.scoring} to score at the end. Answers that ` +
        `a new TV gets: ${costs.answers.map(({ bytes, titles: held }) => `${bytes} B (${held} titles in all)`).join(', ')}.\n\n`;
  return (
    `\n${fleet}${SPLITS} splits, or as many as a row says. Brackets: 95 % intervals of the difference, viewer by viewer, on ` +
    'the same splits; rows of new titles (a tenth, hidden from the server; precision among them) are set against ' +
    'the regression. Of baselines with several settings the best ' +
    'at each column counts, chosen on the very viewers that it is shown for.\n'
  );
}

function cells({ name, p3, p5, p20, behind, splits }: LearningRow): readonly string[] {
  const differences = KNOWN_COUNTS.map((count) =>
    behind === undefined ? '' : toText(behind[count]),
  );
  const row = splits === SPLITS ? name : `${name} (${plural(splits, 'split')})`;
  return [row, ...[p3, p5, p20].map((value) => value.toFixed(3)), ...differences];
}

function lineOf(columns: readonly string[]): string {
  return `| ${columns.map((text, column) => text.padEnd(widthOf(column))).join(' | ')} |\n`;
}

function widthOf(column: number): number {
  if (column === 0) return NAME_WIDTH;
  return column <= KNOWN_COUNTS.length ? 8 : DIFFERENCE_WIDTH;
}

function toText({ mean, low, high }: Interval): string {
  return `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
}
