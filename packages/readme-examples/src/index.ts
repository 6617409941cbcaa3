export { runReadmeExamples } from './run-readme-examples.js';
