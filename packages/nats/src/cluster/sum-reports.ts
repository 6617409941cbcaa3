import type { ConstellationReport } from '@omega-tv/constellation';

/** What several servers did together. */
export function sumReports(
  reports: readonly ConstellationReport[],
  begin: Pick<ConstellationReport, 'version' | 'epoch' | 'refused'>,
): ConstellationReport {
  const none = { devices: 0, deltasApplied: 0, duplicates: 0, samplesAccepted: 0, ...begin };
  return reports.reduce(
    (sum, one) => ({
      ...sum,
      devices: sum.devices + one.devices,
      deltasApplied: sum.deltasApplied + one.deltasApplied,
      duplicates: sum.duplicates + one.duplicates,
      refused: sum.refused + one.refused,
      samplesAccepted: sum.samplesAccepted + one.samplesAccepted,
    }),
    none,
  );
}
