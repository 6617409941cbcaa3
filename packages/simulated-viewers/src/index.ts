export { PERSONAS, type Persona } from './persona.js';
export { createViewer, type Viewer, type Viewing } from './viewer.js';
export { watchEvenings } from './watch-evenings.js';
