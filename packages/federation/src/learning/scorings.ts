/** A way to rank titles. */
export interface Scoring {
  /** Weight of log(1 + completions). */
  readonly popularity: number;
  /** True where the mean viewer of as long a history is subtracted first. */
  readonly centred: boolean;
  /** Ridge of the viewer's own solve: more than what is sent has, for newcomers know little. */
  readonly ridge: number;
}

/** The ways that the fleet chooses from; their order is part of the protocol. */
export const SCORINGS: readonly Scoring[] = [
  { popularity: 0.1, centred: false, ridge: 0.1 },
  { popularity: 0.05, centred: false, ridge: 0.1 },
  { popularity: 0.15, centred: true, ridge: 0.1 },
  { popularity: 0.1, centred: true, ridge: 0.3 },
];
