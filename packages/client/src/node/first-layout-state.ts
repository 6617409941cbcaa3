import { Type } from 'typebox';
import { jsonCodec } from '@omega-tv/level';
import {
  globalPatternsFromWire,
  patternDataFromWire,
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

/** The whole state lay in one record. */
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

const patternJson = jsonCodec(PatternDataSchema);
const stateJson = jsonCodec(SyncStateSchema);

/** @throws where it is not what the first layout says. */
export function patternFromFirstLayout(json: Uint8Array): PatternData {
  return patternDataFromWire(patternJson.decode(json));
}

/** @throws where it is not what the first layout says. */
export function stateFromFirstLayout(json: Uint8Array): SyncState {
  const state = stateJson.decode(json);
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
