import { answerFromThread } from '@omega-tv/command-line';
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { createReport } from './report.js';
import { singleTables } from './single-tables.js';
import type { SingleTable } from './table-names.js';
import { loadUnseen } from './unseen.js';

export interface BenchOrder {
  /** A single table; without, the whole report. */
  readonly only?: SingleTable;
}

await answerFromThread(({ only }: BenchOrder, onStage) => {
  if (only === undefined) {
    return createReport(createEmbeddingCodec(readMiniLmCodebook()), loadUnseen(), onStage);
  }
  onStage(only);
  return singleTables[only](onStage);
});
