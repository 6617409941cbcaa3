import * as fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { DurableRecords } from '@omega-tv/level';
import { openMemoryRecords } from '@omega-tv/level/memory';
import type { PatternData } from '@omega-tv/types';
import { copiesMerged } from '../../src/choose/copies.js';
import { pendingPatterns, repeatedPatterns } from '../../src/choose/pending.js';
import { answerAdopted } from '../../src/engine/adopt.js';
import { sampleBooks } from '../../src/engine/books.js';
import { countsByOf, pushBegun } from '../../src/engine/outbox.js';
import { PUSH_TRANSITIONS } from '../../src/engine/transition.js';
import { readMiniLmFrame } from '../../src/node/read-frame.js';
import { nothingStored } from '../../src/records/push-records.js';
import { readState, stateChanges } from '../../src/records/state-records.js';
import { emptySyncState, type OutboxItem, type SyncState } from '../../src/engine/state.js';
import { realPattern } from '../support.js';
import { newDevice, Server } from './model-server.js';

const PATTERNS = 6;
const COPIES = 3;

/** A push as it went out. */
interface Sent {
  readonly item: OutboxItem;
  /** The server that the TV knew then. */
  readonly serverEpoch: string | undefined;
}

/** A TV and a server, with the network between them in the test's hand. */
class World {
  state: SyncState = { ...emptySyncState, next: { deviceEpoch: 1, seq: 1, countsBy: 'marks' } };
  readonly learned = new Map<string, PatternData>();
  readonly server: Server;
  readonly sent: Sent[] = [];
  readonly #records: DurableRecords;
  #stored = nothingStored;
  #epochs = 1;
  /** Whether the exchange that is under way has asked where the TV stands, if it had to. */
  #isMet = false;

  constructor(counts: 'position' | 'marks', records: DurableRecords) {
    this.server = new Server(counts);
    this.#records = records;
  }

  readonly drawEpoch = (): number => (this.#epochs += 1);

  get patterns(): readonly PatternData[] {
    return [...this.learned.values()];
  }

  /** From PATTERNS on they are near copies of the first ones, under ids of their own. */
  learn(index: number, samples: number, successRate: number): void {
    const id = `p${index}`;
    const before = this.learned.get(id)?.sampleCount ?? 0;
    const change = { id, sampleCount: before + samples, successRate };
    this.learned.set(id, realPattern(index % PATTERNS, change));
  }

  begin(): void {
    if (this.state.outbox.length > 0) return;
    this.#isMet = false;
    this.#meet();
    this.state = copiesMerged(this.state, this.patterns);
    const repeated = repeatedPatterns(this.state, this.patterns);
    const pending =
      repeated.length > 0 ? repeated : pendingPatterns(this.state, this.patterns).slice(0, 3);
    if (pending.length === 0) return;
    const item: OutboxItem =
      repeated.length > 0
        ? { countsBy: 'marks', isRepeat: true, patterns: repeated }
        : { countsBy: countsByOf(this.state, 2), patterns: pending };
    this.state = pushBegun(this.state, item, this.drawEpoch);
  }

  /** The first push of the outbox arrives at the server; the TV hears of it unless it is lost. */
  send(isLost: boolean): void {
    if (this.state.outbox.length === 0) return;
    this.#meet();
    const [first] = this.state.outbox;
    if (first === undefined) return;
    const sent = { item: first, serverEpoch: this.state.server?.epoch };
    this.sent.push(sent);
    if (isLost) this.#arrive(sent);
    else this.#take(first);
    if (isLost) this.#isMet = false;
  }

  /** Once an exchange: before the first push ever, and before one that opens another epoch (11.38). */
  #meet(): void {
    const { server, kept, next } = this.state;
    const newest = kept[kept.length - 1]?.position.deviceEpoch;
    const isOpening = newest !== undefined && next?.deviceEpoch !== newest;
    if (!this.#isMet && (server === undefined || isOpening)) this.#take(undefined);
    this.#isMet = true;
  }

  /** A copy of a push that a proxy had held back; nobody waits for the answer. */
  arriveLate(which: number): void {
    const sent = this.sent[which % Math.max(1, this.sent.length)];
    if (sent !== undefined && !this.#isLeftUnheard(sent.item)) this.#arrive(sent);
  }

  /**
   * True for what stands in an epoch that the TV has left, because of a restore, and the server does
   * not know to be left: such a copy counts beside the repeated push, as rule 11.39 says.
   */
  #isLeftUnheard({ position }: OutboxItem): boolean {
    const { last } = this.server.device ?? newDevice;
    const isCurrent = position?.deviceEpoch === last?.deviceEpoch;
    return isCurrent && position?.deviceEpoch !== this.state.next?.deviceEpoch;
  }

  #arrive({ item, serverEpoch }: Sent): void {
    this.server.answer(item, item.position, this.#isForServer(item, serverEpoch));
  }

  /** Only what opens an epoch names its server (rule 11.39). */
  #isForServer({ position, countsBy }: OutboxItem, serverEpoch: string | undefined): boolean {
    const isOpening = countsBy === 'position' && position?.seq === 1;
    const isNamed = isOpening && serverEpoch !== undefined;
    return !isNamed || serverEpoch === String(this.server.epoch);
  }

  #take(item: OutboxItem | undefined): void {
    const { kept } = this.state;
    const named = item?.position ?? kept[kept.length - 1]?.position;
    const isForThis = item === undefined || this.#isForServer(item, this.state.server?.epoch);
    const signs = this.server.answer(item, named, isForThis);
    const context = { drawEpoch: this.drawEpoch, nowMs: 0 };
    if (signs === undefined) {
      this.state = PUSH_TRANSITIONS.waiting.refused.apply(this.state, context);
      this.#isMet = false;
      return;
    }
    const items = item === undefined ? [] : [item];
    const { state, pushes } = answerAdopted(this.state, items, signs, context);
    expect(pushes).not.toContain('unclear');
    this.state = state;
  }

  /** The power goes, and comes back. */
  async crash(): Promise<void> {
    this.#isMet = false;
    const { operations } = stateChanges(this.#stored, this.state, readMiniLmFrame);
    await this.#records.write(() => operations);
    this.#stored = await readState(this.#records, readMiniLmFrame);
    expect(this.#stored.state).toEqual(this.state);
    this.state = this.#stored.state;
  }

  /** With a network that works; false where it does not come to rest. */
  settle(): boolean {
    for (let rounds = 0; rounds < 200; rounds += 1) {
      this.begin();
      if (this.state.outbox.length === 0) return true;
      this.send(false);
    }
    return false;
  }

  expectBalanced(): void {
    const { learned, ...parts } = sampleBooks(this.state, this.patterns);
    expect(learned).toBe(this.patterns.reduce((sum, { sampleCount }) => sum + sampleCount, 0));
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(learned);
    for (const part of Object.values(parts)) expect(part).toBeGreaterThanOrEqual(0);
  }
}

const learnStep = (patterns: number) =>
  fc.record({
    do: fc.constant('learn' as const),
    index: fc.nat(patterns - 1),
    samples: fc.integer({ min: 1, max: 30 }),
    successRate: fc.constantFrom(0.5, 0.7, 0.95),
  });

/** What happens; near copies are among what is learned, unless there are to be none. */
function stepsOf(
  others: readonly string[],
  patterns = PATTERNS + COPIES,
  faults: readonly string[] = ['lost', 'late'],
): fc.Arbitrary<readonly Step[]> {
  const other = fc.record({
    do: fc.constantFrom('begin', 'answered', 'crash', ...faults, ...others),
    which: fc.nat(20),
  });
  // Without a size fast-check draws five steps on average.
  return fc.array(fc.oneof(learnStep(patterns), other), { maxLength: 60, size: 'max' });
}

type Step =
  | {
      readonly do: 'learn';
      readonly index: number;
      readonly samples: number;
      readonly successRate: number;
    }
  | { readonly do: string; readonly which: number };

async function play(world: World, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if ('index' in step) world.learn(step.index, step.samples, step.successRate);
    else if (step.do === 'begin') world.begin();
    else if (step.do === 'crash') await world.crash();
    else if (step.do === 'late') world.arriveLate(step.which);
    else if (step.do === 'backup') world.server.backUp();
    else if (step.do === 'restore') world.server.restore();
    else if (step.do === 'forget') world.server.device = undefined;
    else if (step.do === 'upgrade') world.server.counts = 'position';
    else world.send(step.do === 'lost');
    world.expectBalanced();
  }
  world.server.nowMs += 1;
}

describe('the books of a TV and the sums of its server agree in the end (rule 4.9)', () => {
  const check = (
    counts: 'position' | 'marks',
    steps: ReturnType<typeof stepsOf>,
    isExpected: (world: World) => void,
  ): Promise<void> =>
    fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const records = await openMemoryRecords({ kind: 'tv', layout: 1 });
        const world = new World(counts, records);
        await play(world, given);
        // A last word of each: what a server lost is seen at the next push.
        for (const index of [0, 1]) {
          world.learn(index, 12, 1);
          expect(world.settle()).toBe(true);
        }
        world.expectBalanced();
        isExpected(world);
        await records.close();
      }),
      { numRuns: 150 },
    );
  const agree = (world: World): void => {
    const { acknowledged, waiting, dropped } = sampleBooks(world.state, world.patterns);
    expect({ acknowledged, waiting, dropped }).toEqual({
      acknowledged: world.server.accepted,
      waiting: 0,
      dropped: 0,
    });
  };

  it.each(['position', 'marks'] as const)(
    'by %s: answers and pushes lost, copies late, tastes merged (rules 9.9, 11.14)',
    async (counts) => {
      await check(counts, stepsOf([]), agree);
    },
  );

  it('where the answer to a push that opens an epoch is lost, and its server put back to a copy (rules 11.9, 11.38)', async () => {
    const [begin, answered] = [
      { do: 'begin', which: 0 },
      { do: 'answered', which: 0 },
    ];
    const learn = (samples: number): Step => ({
      do: 'learn',
      index: 0,
      samples,
      successRate: 0.95,
    });
    const [backup, restore] = [
      { do: 'backup', which: 0 },
      { do: 'restore', which: 0 },
    ];
    const records = await openMemoryRecords({ kind: 'tv', layout: 1 });
    const world = new World('position', records);
    await play(world, [
      ...[learn(10), begin, answered, learn(1), backup, begin, answered],
      ...[learn(1), restore, begin, answered, { do: 'lost', which: 0 }, backup, restore],
    ]);
    world.learn(0, 12, 1);
    expect(world.settle()).toBe(true);
    agree(world);
    await records.close();
  });

  it('with a server put back to copies, again and again (rule 11.9)', async () => {
    await check('position', stepsOf(['backup', 'restore']), agree);
  });

  it.each(['upgrade', 'begin'])(
    'with a server that counts by marks and is put back; or then goes over to positions: %s (rules 4.11, 11.8)',
    async (upgrade) => {
      await check('marks', stepsOf([upgrade, 'backup', 'restore'], PATTERNS), agree);
    },
  );

  it('but for what was merged since the copy of a server that counted by marks (rule 4.11)', async () => {
    await check('marks', stepsOf(['upgrade', 'backup', 'restore']), (world) => {
      const { acknowledged, waiting } = sampleBooks(world.state, world.patterns);
      expect(waiting).toBe(0);
      expect(acknowledged).toBeGreaterThanOrEqual(world.server.accepted);
    });
  });

  it('with a server that forgets the device: what it had counted stays (rule 11.19)', async () => {
    await check('position', stepsOf(['forget'], PATTERNS + COPIES, []), agree);
  });

  it('but for what was on its way, or comes late, when it forgot (rule 11.19)', async () => {
    await check('position', stepsOf(['forget']), (world) => {
      const { acknowledged, waiting } = sampleBooks(world.state, world.patterns);
      expect(waiting).toBe(0);
      expect(acknowledged).toBeLessThanOrEqual(world.server.accepted);
    });
  });
});
