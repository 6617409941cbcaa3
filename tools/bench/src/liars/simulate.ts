import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { createHmac } from 'node:crypto';
import {
  contribute,
  createFederationConfig,
  emptyFederation,
  publish,
  weighDevice,
  type CohortKeys,
  type Contribution,
  type DeviceWeight,
  type FederationConfig,
  type FederationState,
} from '@omega-tv/federation';

const START_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;

/** One device's samples of one taste. */
export interface Push {
  readonly deviceId: string;
  readonly embedding: Float32Array;
  readonly newSamples: number;
}

/** A server that folds pushes as the Constellation does. */
export class SimulatedServer {
  readonly config: FederationConfig;
  readonly #devices = new Map<string, DeviceWeight>();
  #state: FederationState = emptyFederation();
  #nowMs = START_MS;

  constructor(options: Partial<FederationConfig> = {}) {
    this.config = createFederationConfig(options);
  }

  push({ deviceId, embedding, newSamples }: Push): void {
    this.#nowMs += MINUTE_MS / 60;
    const known = this.#devices.get(deviceId);
    const weighed = weighDevice(known, [newSamples], this.#nowMs, this.config);
    this.#devices.set(deviceId, weighed.weight);
    const contribution: Contribution = {
      deviceId,
      genre: 'drama',
      embedding,
      successRate: 0.9,
      newSamples,
      learnedSamples: weighed.learned[0] ?? 0,
      receivedAtMs: this.#nowMs,
    };
    this.#state = contribute(this.#state, [contribution], keys, this.config).state;
  }

  /** The published patterns' embeddings, strongest first, and the samples behind each. */
  publish(): readonly { readonly embedding: Float32Array; readonly sampleCount: number }[] {
    this.#state = publish(this.#state, this.#nowMs, this.config).state;
    return this.#state.published.patterns;
  }

  /** The published pattern nearest to a taste; zeros where there is none. */
  nearest(taste: Float32Array): Float32Array {
    let [found, highest] = [new Float32Array(taste.length), -Infinity];
    for (const { embedding } of this.publish()) {
      const similarity = cosineSimilarity(embedding, taste);
      if (similarity > highest) [found, highest] = [Float32Array.from(embedding), similarity];
    }
    return found;
  }
}

let keysDrawn = 0;
const keys: CohortKeys = {
  drawKey: () => String((keysDrawn += 1)),
  tagDevice: (key, deviceId) => createHmac('sha256', key).update(deviceId).digest('base64'),
};

/** What a server without any defence would publish: the mean of all samples of a genre. */
export function plainMean(pushes: readonly Push[]): Float32Array {
  const sum = new Float64Array(384);
  for (const { embedding, newSamples } of pushes) {
    embedding.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value * newSamples));
  }
  return Float32Array.from(sum);
}
