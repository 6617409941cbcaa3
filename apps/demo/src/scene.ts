import { Listr } from 'listr2';

/** Shows what a scene is doing just now. */
export type Show = (text: string) => void;

/** Runs one scene with live progress on stderr, and returns what it made. */
export async function runScene<Result>(
  title: string,
  work: (show: Show) => Promise<Result>,
): Promise<Result> {
  const context: { result?: Result } = {};
  await new Listr(
    [
      {
        title,
        task: async (_, task) => {
          context.result = await work((text) => {
            task.output = text;
          });
        },
        rendererOptions: { persistentOutput: true },
      },
    ],
    { ctx: context, fallbackRenderer: 'simple', registerSignalListeners: false },
  ).run();
  return context.result as Result;
}
