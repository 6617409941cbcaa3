import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import { markdownTable } from '../markdown-table.js';
import { ATTACKS, type Attack, type World } from './attack.js';
import { tabulateDifferences } from './differences.js';
import { plainMean, SimulatedServer, type Push } from './simulate.js';
import { dramas, farSeeds, meanOf, patternsOf } from './tastes.js';
import { distance } from './vectors.js';

const HONEST = 400;
const SHARES = [0.01, 0.05, 0.1, 0.2];
const ROUNDS = 3;

/** How far liars move what is published, beside a mean without defences. */
interface LiarRow {
  readonly attack: string;
  /** Of all devices. */
  readonly share: number;
  /** Distance of unit vectors with the liars and without. */
  readonly plainShift: number;
  readonly shift: number;
  /** Of the published pattern to what is published without liars. */
  readonly cosine: number;
}

/** Runs each attack with each share of liars. */
function measureLiars(honestDevices: number, shares: readonly number[]): readonly LiarRow[] {
  const random = createRandom('liars');
  const [seed, far] = farSeeds(2);
  if (seed === undefined || far === undefined) throw new Error('The catalogue has no dramas');
  const patterns = patternsOf(seed, honestDevices, random);
  const world: World = {
    centre: meanOf(patterns),
    target: far.embedding,
    titles: dramas,
    random,
  };
  const honest = honestPushes(patterns);
  const before = run(honest);
  return ATTACKS.flatMap((attack) =>
    shares.map((share) => {
      const liars = Math.max(1, Math.round((honestDevices * share) / (1 - share)));
      const all = interleave(honest, liesOf(attack, liars, world), attack.isFirst === true);
      const published = run(all).nearest(world.centre);
      return {
        attack: attack.name,
        share,
        plainShift: distance(plainMean(all), plainMean(honest)),
        shift: distance(published, before.nearest(world.centre)),
        cosine: cosineSimilarity(published, before.nearest(world.centre)),
      };
    }),
  );
}

function honestPushes(patterns: readonly Float32Array[]): readonly Push[] {
  return Array.from({ length: ROUNDS }, () =>
    patterns.map((embedding, i) => ({ deviceId: `tv-${i}`, embedding, newSamples: 10 })),
  ).flat();
}

function liesOf(attack: Attack, liars: number, world: World): readonly Push[] {
  return Array.from({ length: attack.rounds }, (_, round) =>
    Array.from({ length: liars }, (__, device) => ({
      deviceId: `liar-${device}`,
      ...attack.lie(device, round, world),
    })),
  ).flat();
}

/** Liars begin when honest devices have made the pattern that they want to move. */
const FIRST_LIE = 0.2;

/** The lies spread evenly among the honest pushes, or before them. */
function interleave(
  honest: readonly Push[],
  lies: readonly Push[],
  isFirst: boolean,
): readonly Push[] {
  if (isFirst) return [...lies, ...honest];
  const placed = [
    ...honest.map((push, i) => ({ push, at: i / honest.length })),
    ...lies.map((push, i) => ({
      push,
      at: FIRST_LIE + ((1 - FIRST_LIE) * i) / lies.length,
    })),
  ];
  return placed.sort((a, b) => a.at - b.at).map(({ push }) => push);
}

function run(pushes: readonly Push[]): SimulatedServer {
  const server = new SimulatedServer();
  pushes.forEach((push) => {
    server.push(push);
  });
  return server;
}

/** Honest tastes of one genre beside the junk of k devices that came first. */
function measureJunk(tasteDevices: number): readonly number[] {
  const random = createRandom('junk');
  const seeds = farSeeds(12);
  const server = new SimulatedServer();
  for (const seed of seeds.slice(4)) {
    for (let device = 0; device < server.config.minDevices; device += 1) {
      server.push({ deviceId: `junk-${device}`, embedding: seed.embedding, newSamples: 10 });
    }
  }
  const tastes = seeds.slice(0, 4).map((seed) => patternsOf(seed, tasteDevices, random));
  for (let device = 0; device < tasteDevices; device += 1) {
    tastes.forEach((patterns, taste) => {
      const embedding = patterns[device] ?? new Float32Array(384);
      server.push({ deviceId: `tv-${taste}-${device}`, embedding, newSamples: 10 });
    });
  }
  return tastes.map((patterns) => {
    const centre = meanOf(patterns);
    return cosineSimilarity(server.nearest(centre), centre);
  });
}

/** All tables of what attackers can do to patterns, as Markdown. */
export function tabulateLiars(onStage: (stage: string) => void): string {
  onStage('liars');
  const rows = measureLiars(HONEST, SHARES);
  const liars = markdownTable(
    ['attack', 'liars', 'shift of a plain mean', 'shift', 'of the plain one', 'cosine'],
    rows.map(({ attack, share, plainShift, shift, cosine: similarity }) => [
      attack,
      `${share * 100} %`,
      plainShift.toFixed(3),
      shift.toFixed(3),
      (shift / plainShift).toFixed(2),
      similarity.toFixed(4),
    ]),
  );
  onStage('junk clusters');
  const junk = markdownTable(
    ['four honest tastes after eight junk clusters of k devices', 'cosine'],
    measureJunk(100).map((similarity, i) => [`taste ${i + 1}`, similarity.toFixed(4)]),
  );
  onStage('differences');
  return [liars, junk, tabulateDifferences()].join('\n');
}
