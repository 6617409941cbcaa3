/** Vectors with how much each counts. */
export interface TrainingSet {
  readonly rows: readonly Float32Array[];
  readonly weights: readonly number[];
  readonly dimension: number;
}

/** Where training stands, for whoever waits. */
export type Progress = (message: string) => void;
