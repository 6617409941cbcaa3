import { embeddedKinds } from './conformance/embedded-kinds.js';
import { describeLog } from './conformance/log.js';

embeddedKinds.forEach(describeLog);
