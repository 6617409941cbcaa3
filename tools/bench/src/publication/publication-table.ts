import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import { Constellation, createMemoryConstellationStore } from '@omega-tv/constellation';
import { markdownTable } from '../markdown-table.js';
import { median } from '../median.js';
import { Crowd, TASTES } from './crowd.js';

const CLUSTERS = [64, 128, 256, 512];
const RUNS = 5;

interface Publication {
  readonly patterns: number;
  readonly frameBytes: number;
  /** Of all threads. */
  readonly cpuMs: number;
}

/** What a publication costs a server that holds so many clusters; runs of all sizes take turns. */
export async function tabulatePublication(onStage: (stage: string) => void): Promise<string> {
  const runs = CLUSTERS.map((): (readonly Publication[])[] => []);
  // The first only compiles the code.
  for (let run = 0; run <= RUNS; run += 1) {
    onStage(`run ${run} of ${RUNS}`);
    for (const [i, clusters] of CLUSTERS.entries()) {
      const publications = await measurePublications(clusters / TASTES);
      if (run > 0) runs[i]?.push(publications);
    }
  }
  const rows = CLUSTERS.map((clusters, i) => {
    const nth = (n: number): readonly Publication[] =>
      (runs[i] ?? []).flatMap((publications) => publications[n] ?? []);
    const [first] = nth(0);
    const cpu = [0, 1].map((n) => median(nth(n).map(({ cpuMs }) => cpuMs)).toFixed(0));
    return [clusters, first?.patterns ?? 0, first?.frameBytes ?? 0, ...cpu].map(String);
  });
  const head = ['clusters', 'patterns published', 'frame B', 'first, CPU ms', 'next, CPU ms'];
  return [
    markdownTable(head, rows),
    'Processor time of all threads, the median of runs that take turns. Before the next one as many\n' +
      'devices again have brought something, so that every cluster has changed.\n',
  ].join('\n');
}

async function measurePublications(genres: number): Promise<readonly Publication[]> {
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
  });
  const crowd = new Crowd(createMiniLmCodec(), genres);
  const publications: Publication[] = [];
  for (const round of [1, 2]) {
    for (const push of crowd.pushes(round)) await constellation.syncFrame(push);
    const start = process.cpuUsage();
    await constellation.publish();
    const { user, system } = process.cpuUsage(start);
    const { window } = constellation;
    publications.push({
      patterns: window?.newest?.patterns.length ?? 0,
      frameBytes: window?.frameOfNewest(undefined)?.length ?? 0,
      cpuMs: (user + system) / 1000,
    });
  }
  await constellation.close();
  return publications;
}
