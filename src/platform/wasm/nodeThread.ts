/** A thread of WebAssembly in Node, Bun and Deno. */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { serve, type EmscriptenFactory } from './serve.js';

const port = parentPort;
const { factory } = workerData as { readonly factory: string };
// CommonJS, with `require` and `__dirname` of its own.
const receive = serve(
  (message) => port?.postMessage(message),
  createRequire(import.meta.url)(factory) as EmscriptenFactory,
);
port?.on('message', receive);
