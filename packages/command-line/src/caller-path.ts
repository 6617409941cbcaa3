import path from 'node:path';

/** Resolves a path against the folder of the caller: npm runs scripts in the project's root. */
export function resolveFromCaller(file: string): string {
  return path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
}
