import { parentPort, Worker, workerData } from 'node:worker_threads';

/** What a thread tells; an error crosses as plain data, since a clone of it would lose its name and code. */
type Told<Result, Stage> =
  | { readonly kind: 'stage'; readonly stage: Stage }
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'error'; readonly message: string; readonly more: object };

export interface ThreadOptions<Stage> {
  /** Ends the thread wherever it is. */
  readonly signal: AbortSignal;
  readonly onStage: (stage: Stage) => void;
}

/**
 * Computes in a thread of its own what would keep the process from hearing Ctrl-C; `module` is one
 * that calls `answerFromThread`.
 * @throws what the computation throws, or the signal's reason.
 */
export async function computeInThread<Result, Stage = string>(
  module: URL,
  input: unknown,
  { signal, onStage }: ThreadOptions<Stage>,
): Promise<Result> {
  signal.throwIfAborted();
  const worker = new Worker(module, { workerData: input });
  const end = (): void => void worker.terminate();
  signal.addEventListener('abort', end);
  try {
    return await new Promise<Result>((resolve, reject) => {
      worker.on('message', (told: Told<Result, Stage>) => {
        if (told.kind === 'stage') onStage(told.stage);
        else if (told.kind === 'result') resolve(told.result);
        else reject(Object.assign(new Error(told.message), told.more));
      });
      worker.on('error', reject);
      worker.on('exit', () => {
        reject(signal.aborted ? (signal.reason as Error) : new Error('The thread gave no answer'));
      });
    });
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** The other side of `computeInThread`; to be called once, by the module that it names. */
export async function answerFromThread(
  compute: (input: never, onStage: (stage: unknown) => void) => unknown,
): Promise<void> {
  const tell = (told: Told<unknown, unknown>): void => parentPort?.postMessage(told);
  try {
    const result = await compute(workerData as never, (stage) => {
      tell({ kind: 'stage', stage });
    });
    tell({ kind: 'result', result });
  } catch (error) {
    tell({ kind: 'error', ...flatten(error) });
  }
}

function flatten(error: unknown): { message: string; more: object } {
  if (!(error instanceof Error)) return { message: String(error), more: {} };
  const { message, name, stack } = error;
  return { message, more: { name, stack, ...('code' in error ? { code: error.code } : {}) } };
}
