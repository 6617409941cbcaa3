import type { Assumptions } from './assumptions.js';
import { BIN_S } from './recorder.js';
import type { SimulationResult } from './simulate.js';
import type { UnitCosts } from './unit-costs.js';

/** What an ordinary day needs, and costs. */
export interface Sizing {
  readonly tvs: number;
  /** Of each region. */
  readonly servers: readonly number[];
  /** Of each region; a log has 256 at most. */
  readonly partitions: readonly number[];
  readonly exchangesPerSecond: { readonly mean: number; readonly peak: number };
  /** To the log, all copies. Bytes a second. */
  readonly busBytesPerSecond: { readonly mean: number; readonly peak: number };
  /** A day. */
  readonly cdnBytes: number;
  readonly cdnHitRate: number;
  readonly serverBytesUp: number;
  readonly serverBytesDown: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  /** USD a month for a million TVs. */
  readonly price: {
    readonly servers: number;
    readonly traffic: number;
    readonly cdn: number;
    readonly disk: number;
    readonly total: number;
  };
}

const DAY_S = 86_400;
const MONTH_DAYS = 30;
const MONTH_HOURS = 24 * MONTH_DAYS;
const GB = 1e9;
const MILLION = 1e6;
/** Of a region: one may fail. */
const FEWEST_SERVERS = 2;

interface Fleet {
  readonly tvs: number;
  readonly costs: UnitCosts;
  readonly assumptions: Assumptions;
}

/** Servers of each region, so that the ordinary peak uses the share that is planned. */
export function serversFor(day: SimulationResult, assumptions: Assumptions): readonly number[] {
  const usableMs = 1000 * assumptions.coresPerServer * assumptions.serverUse;
  return day.series.map(({ workMs }) =>
    Math.max(FEWEST_SERVERS, Math.ceil(peakOf(workMs, day) / usableMs)),
  );
}

/** @param day an ordinary one, simulated without a limit. */
export function sizeFor(day: SimulationResult, { tvs, costs, assumptions }: Fleet): Sizing {
  const { total, scenario } = day;
  const days = (scenario.endS - scenario.warmUpS) / DAY_S;
  const perSecond = (count: number): number => count / days / DAY_S;
  const servers = serversFor(day, assumptions);
  const peakFactors = day.series.map(({ workMs }) => peakOf(workMs, day) / meanOf(workMs, day));
  const attempts = sumOfRegions(day);
  const [mean, peak] = [meanOf(attempts, day), peakOf(attempts, day)];
  const envelope = costs.busEnvelopeBytes ?? assumptions.busEnvelope;
  const busMean =
    assumptions.replicas *
    perSecond(
      total.pushes * (costs.logBytesPerPush + envelope) + total.patterns * costs.logBytesPerPattern,
    );
  const busPeak = (busMean * peak) / mean;
  const requests = total.polls + total.pushes + total.originFetches;
  const sent = total.bytesDown + total.originBytes;
  const serverBytesDown = (sent + requests * assumptions.requestHeadDown) / days;
  const cdnBytes = (total.cdnBytes + total.fetches * assumptions.requestHeadDown) / days;
  const diskBytes =
    assumptions.replicas * tvs * costs.diskBytesPerDevice + busPeak * assumptions.logKeptS;
  const serverCount = servers.reduce((sum, count) => sum + count, 0);
  const price = {
    servers: serverCount * MONTH_HOURS * assumptions.serverHourPrice,
    traffic: ((MONTH_DAYS * serverBytesDown) / GB) * assumptions.originGbPrice,
    cdn: ((MONTH_DAYS * cdnBytes) / GB) * assumptions.cdnGbPrice,
    disk: (diskBytes / GB) * assumptions.diskGbPrice,
  };
  return {
    ...{ tvs, servers, cdnBytes, serverBytesDown, diskBytes },
    partitions: day.tallies.map(({ pushes, patterns }, i) => {
      const decidedMs = pushes * costs.decideEmptyMs + patterns * costs.decidePatternMs;
      const peakMs = perSecond(decidedMs) * (peakFactors[i] ?? 1);
      return Math.max(1, Math.ceil(peakMs / (1000 * assumptions.partitionUse)));
    }),
    exchangesPerSecond: { mean, peak },
    busBytesPerSecond: { mean: busMean, peak: busPeak },
    cdnHitRate: 1 - total.originFetches / Math.max(1, total.fetches),
    serverBytesUp: (total.bytesUp + requests * assumptions.requestHeadUp) / days,
    memoryBytes: serverCount * assumptions.processMemoryMb * 1e6 + tvs * costs.memoryBytesPerDevice,
    price: perMillion(price, tvs),
  };
}

function perMillion(price: Omit<Sizing['price'], 'total'>, tvs: number): Sizing['price'] {
  const of = (sum: number): number => (sum / tvs) * MILLION;
  const { servers, traffic, cdn, disk } = price;
  return {
    ...{ servers: of(servers), traffic: of(traffic), cdn: of(cdn), disk: of(disk) },
    total: of(servers + traffic + cdn + disk),
  };
}

/** Exchanges tried a second, in all regions together. */
function sumOfRegions({ series }: SimulationResult): readonly number[] {
  const [first] = series;
  return (first?.attempts ?? []).map((_, bin) =>
    series.reduce((sum, { attempts }) => sum + (attempts[bin] ?? 0), 0),
  );
}

/** The highest span after the warm-up, or from a later second on. */
export function peakOf(
  values: readonly number[],
  { scenario }: SimulationResult,
  fromS = scenario.warmUpS,
): number {
  return values.slice(Math.floor(fromS / BIN_S)).reduce((most, value) => Math.max(most, value), 0);
}

/** The mean after the warm-up, up to a second. */
export function meanOf(
  values: readonly number[],
  { scenario }: SimulationResult,
  untilS = scenario.endS,
): number {
  const seen = values.slice(Math.floor(scenario.warmUpS / BIN_S), Math.floor(untilS / BIN_S));
  return seen.reduce((sum, value) => sum + value, 0) / Math.max(1, seen.length);
}
