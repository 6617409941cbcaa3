import { monotonicMs, type Clock, type Logger } from '@omega-tv/types';

/** Whole-buffer Zstandard (RFC 8878). `@omega-tv/compression/node` has a native one. */
export interface ZstdCodec {
  /** Makes one frame. Level 3 keeps the sizes that this package states. */
  compress(bytes: Uint8Array): Promise<Uint8Array>;
  /**
   * Reads one frame. Only called with a frame whose block headers bound its output already,
   * so it needs no cap of its own. Rejects a frame that is corrupt.
   */
  decompress(frame: Uint8Array): Promise<Uint8Array>;
}

/** Logs the sizes, the ratio and the time of each call at debug. */
export function createLoggedCodec(zstd: ZstdCodec, logger: Logger, clock: Clock): ZstdCodec {
  async function run(operation: keyof ZstdCodec, input: Uint8Array): Promise<Uint8Array> {
    const startMs = monotonicMs(clock);
    const output = await zstd[operation](input);
    const [json, frame] = operation === 'compress' ? [input, output] : [output, input];
    const fields = {
      jsonBytes: json.length,
      frameBytes: frame.length,
      ratio: json.length / frame.length,
      durationMs: monotonicMs(clock) - startMs,
    };
    logger.debug(fields, `zstd ${operation}`);
    return output;
  }
  return {
    compress: (bytes) => run('compress', bytes),
    decompress: (frame) => run('decompress', frame),
  };
}
