import { ClassMeans } from './class-means.js';
import type { Codebook } from './codebook.js';
import { DownloadQuantizer } from './download-quantizer.js';
import { KltTransform } from './klt/transform.js';
import type { MessageHeader } from './message-format.js';
import type { ResidualQuantizer } from './residual-quantizer.js';
import { stepOfIndex } from './step-grid.js';
import { createTrellis, TrellisSearch, type Trellis } from './trellis.js';
import { costTables, type CostedTable } from './table-costs.js';
import { UploadPlans } from './upload-plans.js';
import { UploadQuantizer } from './upload-quantizer.js';

/** What encoder and decoder derive from a codebook once. */
export class CodecContext {
  readonly transform: KltTransform;
  readonly classes: ClassMeans;
  private readonly tables: readonly (readonly CostedTable[])[];
  private readonly trellis: Trellis;
  private readonly search: TrellisSearch;
  private atStep:
    { stepIndex: number; download: DownloadQuantizer; plans: UploadPlans } | undefined;

  constructor(readonly codebook: Codebook) {
    const { basis, space, trellis } = codebook;
    this.transform = new KltTransform(basis, space.dimension);
    this.classes = new ClassMeans(codebook, this.transform);
    this.tables = costTables(codebook.tables);
    this.trellis = createTrellis(trellis);
    this.search = new TrellisSearch(this.trellis, space.dimension);
  }

  get dimension(): number {
    return this.codebook.space.dimension;
  }

  /** The quantiser that a header names. Messages at one step share what it has derived. */
  quantizer({ mode, stepIndex, seed }: MessageHeader): ResidualQuantizer {
    const { codebook, trellis, search } = this;
    if (this.atStep?.stepIndex !== stepIndex) {
      const step = stepOfIndex(stepIndex);
      this.atStep = {
        stepIndex,
        download: new DownloadQuantizer(codebook, this.tables, trellis, search, step),
        plans: new UploadPlans(codebook, step),
      };
    }
    const { download, plans } = this.atStep;
    return mode === 'download'
      ? download
      : new UploadQuantizer(codebook, trellis, search, plans, seed);
  }
}
