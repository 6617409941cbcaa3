export { createAppLogger } from './app-logger.js';
export { resolveFromCaller } from './caller-path.js';
export { parseFraction, parseWhole } from './option-parsers.js';
export { runProgram } from './run-program.js';
export { signalOfProcess } from './process-signal.js';
export { writeFileAtomically } from './write-file.js';
