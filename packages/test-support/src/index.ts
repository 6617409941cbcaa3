export { anyError } from './any-error.js';
export { bundleScript, type Bundle } from './bundle.js';
export {
  chromiumPath,
  heldToModes,
  missingChromium,
  missingModes,
  missingOtherNodes,
  missingPrlimit,
  otherNodes,
} from './machine.js';
export { onTestFinished } from './on-test-finished.js';
export { openToOthers } from './open-to-others.js';
export { stubEnv } from './stub-env.js';
export { syncErrorOf } from './sync-error-of.js';
export { temporaryFolder } from './temporary-folder.js';
export { describeUnless, itUnless } from './unless-missing.js';
export { waitUntil } from './wait-until.js';
