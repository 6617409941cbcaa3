import { plural } from '@omega-tv/command-line';
import { markdownTable } from '../markdown-table.js';
import type { Interval } from './intervals.js';
import type { LearningReport, LearningRow } from './learning-report.js';
import { PUBLISH_EVERY_MS, FLEET } from './settings.js';
import { KNOWN_COUNTS, SPLITS } from './trials.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The report as a table in Markdown, and how it was measured. */
export function learningToText(report: LearningReport): string {
  const { learning, costs, known, viewers, titles } = report;
  const head = [
    'precision@10',
    ...KNOWN_COUNTS.map((count) => `${count} known`),
    ...KNOWN_COUNTS.map((count) => `omega-tv better by, ${count}`),
  ];
  const which = known === 'time' ? 'the first by date' : 'drawn at random';
  return [
    `${plural(viewers, 'viewer')}, ${plural(titles, 'title')}; known titles are ${which}.\n`,
    markdownTable(head, learning.map(cells)),
    costs === undefined
      ? ''
      : `Fleet: every learning viewer is ${plural(costs.passes, 'device')}; each completion is one delta ` +
        `(${costs.upBytes.toFixed(0)} B on average), reported within ${FLEET.reportSpreadMs / DAY_MS} day of it by the ` +
        `viewer's clock; ${FLEET.publications} publications, one each ${PUBLISH_EVERY_MS / DAY_MS} days of the server's ` +
        `clock; k = ${FLEET.minDevices}; generation ${costs.generation} at the end. Answers that a new TV gets: ` +
        `${costs.answers.map(({ bytes, titles: held }) => `${bytes} B (${held} titles in all)`).join(', ')}.\n`,
    `${SPLITS} splits, or as many as a row says. Brackets: 95 % intervals of the difference, viewer by viewer, on ` +
      'the same splits; rows of new titles (a tenth, hidden from the server; precision among them) are set against ' +
      'the regression. Of baselines with several settings the best ' +
      'at each column counts, chosen on the very viewers that it is shown for.\n',
  ].join('\n');
}

function cells({ name, p3, p5, p20, behind, splits }: LearningRow): readonly string[] {
  const differences = KNOWN_COUNTS.map((count) =>
    behind === undefined ? '' : toText(behind[count]),
  );
  const row = splits === SPLITS ? name : `${name} (${plural(splits, 'split')})`;
  return [row, ...[p3, p5, p20].map((value) => value.toFixed(3)), ...differences];
}

function toText({ mean, low, high }: Interval): string {
  return `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
}
