/** Files of what is on the screen, made in a worker of their own that ends when nobody waits for it. */
import { packResults, type Results } from 'fastsam-tfjs';
import * as app from '../state/app.js';
import type { Choice } from './choices.js';
import type { Made, MadeFile, MakeFiles } from './protocol.js';

/** Milliseconds without work after which the worker ends. */
const IDLE = 20_000;

let worker: Worker | undefined;
let idle = 0;
let count = 0;
const waiting = new Map<number, { resolve: (files: readonly MadeFile[]) => void; reject: (error: Error) => void }>();

/** @throws Error with the worker's message */
export function makeFiles(results: Results, choice: Choice): Promise<readonly MadeFile[]> {
  const picture = app.picture.value;
  if (!picture) return Promise.resolve([]);
  const { data, transfer } = packResults(results, { image: false, prototypes: false });
  const question: MakeFiles = { id: ++count, results: data, picture: picture.file, name: picture.name, choice };
  return new Promise((resolve, reject) => {
    waiting.set(question.id, { resolve, reject });
    clearTimeout(idle);
    worker ??= start();
    worker.postMessage(question, transfer);
  });
}

function start(): Worker {
  const made = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  made.addEventListener('message', ({ data }: MessageEvent<Made>) => {
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if ('files' in data) one?.resolve(data.files);
    else one?.reject(new Error(data.error));
    if (waiting.size === 0) idle = window.setTimeout(end, IDLE);
  });
  made.addEventListener('error', ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(message || 'the files could not be made'));
    waiting.clear();
    end();
  });
  return made;
}

function end(): void {
  worker?.terminate();
  worker = undefined;
}
