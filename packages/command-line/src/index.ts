export { createAppLogger } from './app-logger.js';
export { resolveFromCaller } from './caller-path.js';
export { CommandError } from './command-error.js';
export { parseFraction, parseWhole } from './option-parsers.js';
export { checkOutput, writeFileAtomically } from './output-file.js';
export { runProgram } from './run-program.js';
export { signalOfProcess } from './process-signal.js';
