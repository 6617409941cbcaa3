import { Listr, ListrLogger, ProcessOutput, type ListrDefaultRendererLogLevels } from 'listr2';

/** Shows what a scene is doing just now. */
export type Show = (text: string) => void;

/**
 * Runs one scene with progress on stderr, live on a terminal, and returns what it made.
 * @throws the signal's reason where it was stopped: that is no failure of the scene.
 */
export async function runScene<Result>(
  title: string,
  signal: AbortSignal,
  work: (show: Show) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  return process.stderr.isTTY ? runLive(title, signal, work) : runInLines(title, signal, work);
}

async function runLive<Result>(
  title: string,
  signal: AbortSignal,
  work: (show: Show) => Promise<Result>,
): Promise<Result> {
  const context: { result?: Result } = {};
  const { stderr } = process;
  await new Listr(
    [
      {
        title,
        task: async (_, task) => {
          try {
            context.result = await work((text) => {
              task.output = text;
            });
          } catch (error) {
            if (!signal.aborted) throw error;
            task.skip(`${title} (interrupted)`);
          }
        },
        rendererOptions: { persistentOutput: true },
      },
    ],
    {
      ctx: context,
      registerSignalListeners: false,
      rendererOptions: {
        logger: new ListrLogger<ListrDefaultRendererLogLevels>({
          useIcons: true,
          toStderr: [],
          processOutput: new ProcessOutput(stderr, stderr),
        }),
      },
    },
  ).run();
  signal.throwIfAborted();
  return context.result as Result;
}

async function runInLines<Result>(
  title: string,
  signal: AbortSignal,
  work: (show: Show) => Promise<Result>,
): Promise<Result> {
  process.stderr.write(`${title}\n`);
  try {
    return await work((text) => process.stderr.write(`  ${text}\n`));
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
