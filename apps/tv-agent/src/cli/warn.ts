/** A line for people: stdout holds only what a command promises. */
export function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}
