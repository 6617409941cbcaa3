import { crc32 } from 'node:zlib';
import { Type, type Static } from 'typebox';
import Value from 'typebox/value';
import {
  globalPatternsFromWire,
  globalPatternsToWire,
  patternDataFromWire,
  patternDataToWire,
  PatternDataSchema,
  GlobalPatternsSchema,
  type PatternData,
} from '@omega-tv/types';
import type { SyncState } from '../store/sync-state.js';

const Count = Type.Integer({ minimum: 0 });

const PositionSchema = Type.Object({ deviceEpoch: Count, seq: Count });

const PushedPatternSchema = Type.Intersect([
  PatternDataSchema,
  Type.Object({ new_samples: Type.Optional(Count) }),
]);

const SyncStateSchema = Type.Object({
  lastVersion: Count,
  marks: Type.Array(Type.Tuple([Type.String(), Count, Count])),
  outbox: Type.Array(
    Type.Object({
      position: Type.Optional(PositionSchema),
      patterns: Type.Array(PushedPatternSchema),
    }),
  ),
  /** Base 64. */
  frame: Type.Optional(Type.String()),
  serverEpoch: Type.Optional(Type.String()),
  next: Type.Optional(PositionSchema),
  merges: Type.Array(Type.Tuple([Type.String(), Type.String(), Count])),
  deadLetters: Type.Array(
    Type.Object({ patternId: Type.String(), sampleCount: Count, reason: Type.String() }),
  ),
  snapshot: Type.Union([Type.Null(), GlobalPatternsSchema]),
  owner: Type.Union([Type.Null(), Type.Object({ deviceId: Type.String(), url: Type.String() })]),
});

type SyncStateRecord = Static<typeof SyncStateSchema>;

export function patternToRecord(pattern: PatternData): string {
  return withChecksum(JSON.stringify(patternDataToWire(pattern)));
}

/** @throws when the record is not what `patternToRecord` wrote. */
export function patternFromRecord(record: string): PatternData {
  return patternDataFromWire(Value.Parse(PatternDataSchema, JSON.parse(withoutChecksum(record))));
}

export function syncStateToRecord(state: SyncState): string {
  const record: SyncStateRecord = {
    lastVersion: state.lastVersion,
    marks: Array.from(state.marks, ([id, mark]) => [id, mark.acknowledged, mark.refused]),
    outbox: state.outbox.map((item) => ({
      ...item,
      patterns: item.patterns.map(({ newSamples, ...pattern }) => ({
        ...patternDataToWire(pattern),
        ...(newSamples === undefined ? {} : { new_samples: newSamples }),
      })),
    })),
    ...(state.frame === undefined ? {} : { frame: Buffer.from(state.frame).toString('base64') }),
    ...(state.serverEpoch === undefined ? {} : { serverEpoch: state.serverEpoch }),
    ...(state.next === undefined ? {} : { next: state.next }),
    merges: Array.from(state.merges, ([id, { into, settled }]) => [id, into, settled]),
    deadLetters: [...state.deadLetters],
    snapshot: state.snapshot === undefined ? null : globalPatternsToWire(state.snapshot),
    owner: state.owner ?? null,
  };
  return withChecksum(JSON.stringify(record));
}

/** @throws when the record is not what `syncStateToRecord` wrote. */
export function syncStateFromRecord(record: string): SyncState {
  const state = Value.Parse(SyncStateSchema, JSON.parse(withoutChecksum(record)));
  return {
    lastVersion: state.lastVersion,
    marks: new Map(
      state.marks.map(([id, acknowledged, refused]) => [id, { acknowledged, refused }]),
    ),
    outbox: state.outbox.map(({ position, patterns }) => ({
      ...(position === undefined ? {} : { position }),
      patterns: patterns.map(({ new_samples: newSamples, ...pattern }) => ({
        ...patternDataFromWire(pattern),
        ...(newSamples === undefined ? {} : { newSamples }),
      })),
    })),
    ...(state.frame === undefined
      ? {}
      : { frame: new Uint8Array(Buffer.from(state.frame, 'base64')) }),
    ...(state.serverEpoch === undefined ? {} : { serverEpoch: state.serverEpoch }),
    ...(state.next === undefined ? {} : { next: state.next }),
    merges: new Map(state.merges.map(([id, into, settled]) => [id, { into, settled }])),
    deadLetters: state.deadLetters,
    snapshot: state.snapshot === null ? undefined : globalPatternsFromWire(state.snapshot),
    ...(state.owner === null ? {} : { owner: state.owner }),
  };
}

const CHECKSUM_DIGITS = 8;

/** LevelDB's binding does not verify its blocks as it reads them, so each record carries a CRC-32. */
function withChecksum(json: string): string {
  return crc32(json).toString(16).padStart(CHECKSUM_DIGITS, '0') + json;
}

function withoutChecksum(record: string): string {
  const json = record.slice(CHECKSUM_DIGITS);
  if (withChecksum(json) !== record) throw new Error('the record does not match its checksum');
  return json;
}
