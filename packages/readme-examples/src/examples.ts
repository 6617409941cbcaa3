import { readFile } from 'node:fs/promises';

/** A piece of TypeScript that a document shows. */
export interface Example {
  /** Where it stands, for messages. */
  readonly where: string;
  readonly source: string;
  /** What each `// => text` comment promises to be printed, in order. */
  readonly promised: readonly string[];
}

/**
 * The `ts` blocks of a Markdown file.
 * @throws Error when it has none.
 */
export async function readExamples(markdown: URL): Promise<readonly Example[]> {
  const blocks = codeBlocks(await readFile(markdown, 'utf8'));
  if (blocks.length === 0) throw new Error(`${markdown.pathname} has no \`\`\`ts block`);
  return blocks.map((source, index) =>
    toExample(`Example ${index + 1} of ${markdown.pathname}`, source),
  );
}

/** The `ts` blocks of a text. */
export function codeBlocks(text: string): readonly string[] {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((block) => block[1] ?? '');
}

export function toExample(where: string, source: string): Example {
  const promises = [...source.matchAll(/\/\/ => (.*)$/gm)];
  return { where, source, promised: promises.map((match) => match[1] ?? '') };
}
