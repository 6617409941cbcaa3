// Bundled as one script and run in engines that have nothing but the language.
import { runGoldenCases, type GoldenCase } from './golden-cases.js';

declare global {
  /** Names the cases that come out otherwise, as JSON. */
  var runGolden: (codebookHex: string, casesJson: string) => string;
}

globalThis.runGolden = (codebookHex, casesJson) => {
  const codebook = Uint8Array.from({ length: codebookHex.length / 2 }, (_, i) =>
    Number.parseInt(codebookHex.slice(2 * i, 2 * i + 2), 16),
  );
  return JSON.stringify(runGoldenCases(codebook, JSON.parse(casesJson) as GoldenCase[]));
};
