import { isFloat64Array, isMap, isUint8Array } from 'node:util/types';
import { Type, type TSchema } from 'typebox';
import { Check } from 'typebox/value';

/*
 * What records have to be, of all releases: what a later one added is absent in stores of the one before. More
 * than this is allowed.
 */

const Count = Type.Number({ minimum: 0 });
const Whole = Type.Integer({ minimum: 0 });
const Floats = Type.Refine(
  Type.Unknown(),
  (value) => isFloat64Array(value) && value.every(Number.isFinite),
);

function mapOf(key: TSchema, each: TSchema): TSchema {
  return Type.Refine(
    Type.Unknown(),
    (value) => isMap(value) && [...value].every(([k, item]) => Check(key, k) && Check(each, item)),
  );
}

const Sums = { vector: Floats, weight: Type.Number(), samples: Type.Number() };
const Holding = Type.Object({ weight: Type.Number(), samples: Type.Number() });
const Cohort = Type.Object({
  ...Sums,
  key: Type.String(),
  openedAtMs: Type.Number(),
  devices: mapOf(Type.String(), Holding),
});
const Tally = Type.Object({
  closed: Type.Object({
    ...Sums,
    step: Type.Number(),
    lastClosedMs: Type.Number(),
    lastClosedClockMs: Type.Optional(Type.Number()),
  }),
  open: Type.Array(Cohort),
});
const Cluster = Type.Object({ id: Type.String(), genre: Type.String(), tally: Tally });
const Trend = Type.Object({ ...Cluster.properties, region: Type.String() });
const Title = Type.Object({
  id: Type.String(),
  tally: Tally,
  recent: Type.Optional(Type.Object({ weight: Type.Number(), step: Type.Number() })),
  sample: Type.Optional(
    Type.Object({
      key: Type.String(),
      sinceMs: Type.Number(),
      depth: Whole,
      devices: mapOf(Type.Number(), Type.Boolean()),
    }),
  ),
  barredUntilMs: Type.Optional(Type.Number()),
});
const Time = { latestMs: Type.Number(), clockMs: Type.Optional(Type.Number()) };
const Position = Type.Object({ deviceEpoch: Whole, seq: Whole });

/** By what a record is called, in stores and in backups. */
const RECORD_SCHEMAS = {
  // One that names its layout is judged by that first.
  head: Type.Union([
    Type.Object({
      epoch: Type.String(),
      offset: Type.Optional(Whole),
      counters: Type.Partial(
        Type.Object({
          devices: Count,
          deltasApplied: Count,
          duplicates: Count,
          refused: Count,
          samplesAccepted: Count,
        }),
      ),
      federationCounters: Type.Object({
        ...Time,
        samples: Count,
        samplesLearned: Type.Optional(Count),
      }),
      settings: Type.Optional(Type.Object({})),
      merged: Type.Optional(mapOf(Type.String(), Whole)),
    }),
    Type.Object({ layout: Type.Number() }),
  ]),
  published: Type.Object({
    patterns: Type.Array(Type.Object({ id: Type.String(), genre: Type.String() })),
    trends: Type.Array(Type.Object({})),
    version: Whole,
    timestamp: Type.String(),
  }),
  learning: Type.Object({ ...Time, completions: Count, completionsLearned: Type.Optional(Count) }),
  model: Type.Object({
    axes: Type.Object({
      generation: Whole,
      loading: Floats,
      weights: Floats,
      fromPrevious: Floats,
    }),
    scoring: Whole,
  }),
  cluster: Cluster,
  trend: Trend,
  title: Title,
  shared: Tally,
  device: Type.Object({
    marks: mapOf(Type.String(), Count),
    last: Type.Optional(Type.Object({ ...Position.properties, digest: Type.String() })),
    closed: Type.Optional(Type.Array(Position)),
    activity: Type.Optional(
      Type.Object({ day: Type.Number(), completions: Count, step: Type.Number() }),
    ),
    weight: Type.Optional(Type.Object({ samples: Type.Number(), step: Type.Number() })),
    day: Type.Optional(Type.Number()),
  }),
  snapshot: Type.Refine(Type.Unknown(), isUint8Array),
} as const;

export type RecordKind = keyof typeof RECORD_SCHEMAS;

export function isRecord(kind: RecordKind, value: unknown): boolean {
  return Check(RECORD_SCHEMAS[kind], value);
}
