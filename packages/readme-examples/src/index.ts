export { readExamples } from './examples.js';
export { runDocExamples } from './run-doc-examples.js';
export { runReadmeExamples } from './run-readme-examples.js';
