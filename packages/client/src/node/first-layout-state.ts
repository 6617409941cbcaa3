import { Type } from 'typebox';
import { jsonCodec } from '@omega-tv/level';
import {
  globalPatternsFromWire,
  patternDataFromWire,
  PatternDataSchema,
  GlobalPatternsSchema,
  type PatternData,
} from '@omega-tv/types';
import { absorbed, added, type Merges, type SampleMarks } from '../engine/marks.js';
import type { SyncState } from '../engine/state.js';

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

/**
 * The state of a TV of the first release: all of it was counted by marks.
 * @throws where it is not what the first layout says.
 */
export function stateFromFirstLayout(json: Uint8Array): SyncState {
  const state = stateJson.decode(json);
  const merges = flattened(new Map(state.merges.map(([id, into]) => [id, into])));
  return {
    lastVersion: state.lastVersion,
    marks: marksOf(state.marks, merges),
    merges,
    outbox: state.outbox.map(({ position, patterns }) => ({
      countsBy: 'marks',
      ...(position === undefined ? {} : { position }),
      patterns: patterns.map(({ new_samples: newSamples, ...pattern }) => ({
        ...patternDataFromWire(pattern),
        newSamples: newSamples ?? pattern.sample_count,
      })),
    })),
    kept: [],
    completed: new Map(),
    privateProfiles: new Set(),
    holdings: {},
    deadLetters: state.deadLetters,
    snapshot: state.snapshot === null ? undefined : globalPatternsFromWire(state.snapshot),
    ...(state.frame === undefined
      ? {}
      : { frame: new Uint8Array(Buffer.from(state.frame, 'base64')) }),
    ...(state.serverEpoch === undefined
      ? {}
      : { server: { epoch: state.serverEpoch, capabilities: [] } }),
    ...(state.next === undefined ? {} : { next: { ...state.next, countsBy: 'marks' } }),
    ...(state.owner === null ? {} : { owner: state.owner }),
  };
}

/** Copies were part of one another, in chains. */
function flattened(merges: Merges): Merges {
  const rootOf = (id: string): string => {
    const seen = new Set<string>();
    let root = id;
    for (let into = merges.get(root); into !== undefined && !seen.has(root);) {
      seen.add(root);
      root = into;
      into = merges.get(root);
    }
    return root;
  };
  return new Map([...merges.keys()].map((id) => [id, rootOf(id)]));
}

/** Highest counts acknowledged and refused under each id, those of copies with their taste. */
function marksOf(
  highest: readonly (readonly [id: string, acknowledged: number, refused: number])[],
  merges: Merges,
): SampleMarks {
  let marks: SampleMarks = new Map();
  for (const [id, acknowledged, refused] of highest) {
    marks = added(marks, id, {
      byMarks: acknowledged,
      refused: Math.max(0, refused - acknowledged),
    });
  }
  for (const [copy, taste] of merges) marks = absorbed(marks, copy, taste);
  return marks;
}
