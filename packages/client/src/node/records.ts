import { Type, type Static } from 'typebox';
import { jsonCodec, recordSpace, singleRecord, type RecordCodec } from '@omega-tv/level';
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

const patternJson = jsonCodec(PatternDataSchema);

const patternCodec: RecordCodec<PatternData> = {
  encode: (pattern) => patternJson.encode(patternDataToWire(pattern)),
  decode: (bytes) => patternDataFromWire(patternJson.decode(bytes)),
};

const stateJson = jsonCodec(SyncStateSchema);

export const syncStateCodec: RecordCodec<SyncState> = {
  encode: (state) => stateJson.encode(syncStateToRecord(state)),
  decode: (bytes) => syncStateFromRecord(stateJson.decode(bytes)),
};

/** What this TV learned, by id. */
export const learnedPatterns = recordSpace('skill!', patternCodec);

export const syncStateRecord = singleRecord('sync-state', syncStateCodec);

function syncStateToRecord(state: SyncState): SyncStateRecord {
  return {
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
}

function syncStateFromRecord(state: SyncStateRecord): SyncState {
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
