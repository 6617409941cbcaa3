import './older-engines.js';
import { render } from 'preact';
import { Start } from './start.js';

const place = document.getElementById('screen');
if (place !== null) render(<Start />, place);
