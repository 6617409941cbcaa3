import { digestDelta } from '@omega-tv/compression';
import type { Capability, DeltaPosition, Receipt } from '@omega-tv/types';
import type { OutboxItem } from '../../src/engine/state.js';

/** Ids whose patterns the server refuses for good. */
const REFUSED_IDS: ReadonlySet<string> = new Set(['p4', 'p8']);
const DAY_MS = 24 * 60 * 60 * 1000;

/** What a server keeps of the one device, in the simplest form that the rules allow. */
interface Device {
  readonly marks: ReadonlyMap<string, number>;
  readonly last?: DeltaPosition & {
    readonly digest: string;
    readonly byPosition: boolean;
    readonly isRefused?: true;
  };
  readonly closed: ReadonlyMap<number, number>;
}

export const newDevice: Device = { marks: new Map(), closed: new Map() };

/** A server that counts by position or by marks, in the simplest form that the rules allow. */
export class Server {
  epoch = 1;
  nowMs = DAY_MS;
  accepted = 0;
  device: Device | undefined;
  copy: Pick<Server, 'accepted' | 'device'> = { accepted: 0, device: undefined };

  constructor(public counts: 'position' | 'marks') {}

  backUp(): void {
    this.copy = { accepted: this.accepted, device: this.device };
  }

  restore(): void {
    this.accepted = this.copy.accepted;
    this.device = this.copy.device;
    this.epoch += 1;
  }

  /**
   * A push that is refused for good is told so by an error; undefined here.
   * @param named the place that the message names: a poll names the one acknowledged last.
   * @param isForThis false where it opens an epoch and names another server.
   */
  answer(item: OutboxItem | undefined, named = item?.position, isForThis = true) {
    if (isForThis && item !== undefined && this.#refuses(item)) return undefined;
    const before = this.device?.last;
    const outcome = item === undefined ? undefined : this.#decide(item, isForThis);
    const capabilities: readonly Capability[] = this.counts === 'position' ? ['positions'] : [];
    const closedSeq = named === undefined ? undefined : this.device?.closed.get(named.deviceEpoch);
    const stood =
      closedSeq === undefined || named === undefined
        ? before
        : { deviceEpoch: named.deviceEpoch, seq: closedSeq };
    const receipt: Receipt = {
      serverEpoch: String(this.epoch),
      lastSeq: 0,
      outcome: 'applied',
      digest: '',
      ...outcome,
      ...(this.counts === 'marks'
        ? {}
        : {
            standing: {
              serverTimeMs: this.nowMs,
              ...(stood === undefined
                ? {}
                : { position: { deviceEpoch: stood.deviceEpoch, seq: stood.seq } }),
            },
          }),
    };
    return { receipt, capabilities, hasLostVersions: false };
  }

  /** Where positions count the refusal takes the push's place; later it is told in a receipt. */
  #refuses(item: OutboxItem): boolean {
    if (!item.patterns.some(({ id }) => REFUSED_IDS.has(id))) return false;
    const { marks, last, closed } = this.device ?? newDevice;
    const { position = { deviceEpoch: 0, seq: 0 } } = item;
    if (closed.has(position.deviceEpoch)) return false;
    const isCurrent = last?.deviceEpoch === position.deviceEpoch;
    const isByMarks = isCurrent ? !last.byPosition : item.countsBy === 'marks';
    if (isByMarks || this.counts === 'marks') return true;
    if (position.seq !== (isCurrent ? last.seq : 0) + 1) return false;
    const left = !isCurrent && last !== undefined ? [[last.deviceEpoch, last.seq] as const] : [];
    this.device = {
      marks,
      closed: new Map([...closed, ...left]),
      last: { ...position, digest: digestDelta(item), byPosition: true, isRefused: true },
    };
    return true;
  }

  #decide(item: OutboxItem, isForThis: boolean) {
    const device = this.device ?? newDevice;
    const { position = { deviceEpoch: 0, seq: 0 } } = item;
    const digest = digestDelta(item);
    const { last, closed } = device;
    const isCurrent = last?.deviceEpoch === position.deviceEpoch;
    const closedSeq = closed.get(position.deviceEpoch);
    if (closedSeq !== undefined) {
      const outcome = position.seq <= closedSeq ? 'duplicate' : 'refused';
      return { lastSeq: closedSeq, outcome, digest: '' } as const;
    }
    const byPosition = isCurrent
      ? last.byPosition
      : this.counts === 'position' && item.countsBy === 'position';
    if (byPosition && !isCurrent && !isForThis) {
      return { lastSeq: 0, outcome: 'refused', digest: '' } as const;
    }
    if (byPosition) {
      const lastSeq = isCurrent ? last.seq : 0;
      if (position.seq <= lastSeq) {
        const outcome = last?.isRefused === true ? 'refused' : 'duplicate';
        return { lastSeq, outcome, digest: last?.digest ?? '' } as const;
      }
      if (position.seq > lastSeq + 1) return { lastSeq, outcome: 'refused', digest: '' } as const;
      this.accepted += item.patterns.reduce((sum, { newSamples = 0 }) => sum + newSamples, 0);
    }
    const marks = new Map(device.marks);
    if (!byPosition) {
      for (const { id, sampleCount } of item.patterns) {
        const more = Math.max(0, sampleCount - (marks.get(id) ?? 0));
        this.accepted += more;
        marks.set(id, Math.max(sampleCount, marks.get(id) ?? 0));
      }
    }
    const left = !isCurrent && last !== undefined ? [[last.deviceEpoch, last.seq] as const] : [];
    this.device = {
      marks,
      closed: new Map([...closed, ...left]),
      last: { ...position, digest, byPosition },
    };
    return { lastSeq: position.seq, outcome: 'applied', digest } as const;
  }
}
