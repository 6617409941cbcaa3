/** The one line that installs these files, whole paths included: it works in any folder. */
export function installLine(files: readonly string[]): string {
  return ['npm install', ...files.map(quoteForShell)].join(' ');
}

/** A word that a POSIX shell reads as it stands. */
function quoteForShell(word: string): string {
  return /^[\w./@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
