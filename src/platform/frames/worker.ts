/**
 * The thread that writes frames to a program or reads frames from it. TensorFlow's library blocks the caller's event
 * loop while it runs a network. Pipes served there would block, too: 64 kB for a program that prints 6 MB a frame.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Readable } from 'node:stream';
import { childEnd, onText, startChild } from '../programs.js';
import { FrameQueue } from './frameQueue.js';
import type { FromThread, ThreadTask, ToThread } from './protocol.js';

const { command, args, read, pid } = workerData as ThreadTask;
const child = startChild(command, args, read ? ['ignore', 'pipe', 'pipe', 'pipe'] : ['pipe', 'ignore', 'pipe']);
Atomics.store(pid, 0, child.pid ?? 0);
child.on('exit', () => Atomics.store(pid, 0, 0));
const ended = childEnd(child);

function post(message: FromThread, ...transfer: ArrayBuffer[]): void {
  parentPort?.postMessage(message, transfer);
}

onText(child.stderr, (text) => {
  post({ type: 'said', text });
});
child.stdin?.on('error', () => undefined); // a program that ends early closes its input; its exit gives the reason

const queue = read && new FrameQueue(readable(child.stdout), readable(child.stdio[3]), read, post);

parentPort?.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'next':
      queue?.want();
      break;
    case 'write':
      child.stdin?.write(message.data, () => {
        post({ type: 'written', data: message.data }, message.data.buffer);
      });
      break;
    case 'endInput':
      child.stdin?.end();
      break;
    case 'kill':
      child.kill('SIGKILL');
      queue?.stop();
  }
});

let failure: string | undefined;
await queue?.done.catch((error: unknown) => {
  failure = `its frames cannot be read: ${String(error)}`;
  child.kill('SIGKILL');
});
const end = await ended;
post({ type: 'end', end: failure === undefined ? end : { code: 1, complaints: [failure] } });

/** Node's types do not know what kind of stream a descriptor is. */
function readable(stream: unknown): Readable {
  return stream instanceof Readable ? stream : Readable.from([]);
}
