export { installFaults, type Faults } from './faults.js';
