/** Starts the page: the first picture with its stored objects, and the demo model behind it. */
import { render } from 'preact';
import { ready } from './engine/engine.js';
import { keepEverything, startOffline } from './offline/register.js';
import { SAMPLES, openSample } from './open/samples.js';
import { App } from './ui/App.js';
import './styles/base.css';
import './styles/shell.css';
import './styles/panel.css';

const root = document.getElementById('app');
if (root) render(<App />, root);

await openSample(SAMPLES[0]);
await startOffline();
await ready().catch(() => undefined); // `engine` has what went wrong
await keepEverything();
