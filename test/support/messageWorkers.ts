/** Workers of the tests: in this process, over a MessageChannel, which clones and hands over as a page does. */
import { MessageChannel, type MessagePort, type Transferable } from 'node:worker_threads';
import type { Handed, LineEvents, WorkerLine, Workers } from '../../src/platform/workers/workers.js';
import type { FromWorker, ToWorker } from '../../src/worker/protocol.js';
import { serve } from '../../src/worker/server.js';

/** Workers, and what becomes of them. */
export class MessageWorkers implements Workers {
  readonly clones = true;
  /** How many were started. */
  started = 0;
  /** What the caller sent to the last one, and heard of it. */
  sent: ToWorker[] = [];
  heard: FromWorker[] = [];
  /** What was handed over with each of those that were sent. */
  handed: (readonly Handed[])[] = [];
  #lost: ((reason: string) => void) | undefined;

  start({ onMessage, onEnd }: LineEvents): WorkerLine {
    this.started++;
    this.sent = [];
    this.heard = [];
    this.handed = [];
    const { port1, port2 } = new MessageChannel();
    serve({
      post: (message, handed) => {
        port2.postMessage(message, [...handed] as Transferable[]);
      },
      onMessage: (hear) => port2.on('message', hear),
    });
    port1.on('message', (message: FromWorker) => {
      this.heard.push(message);
      onMessage(message);
    });
    const kill = (): Promise<void> => {
      close(port1);
      return Promise.resolve();
    };
    this.#lost = (reason) => {
      void kill();
      onEnd(reason);
    };
    return {
      post: (message, handed) => {
        this.sent.push(message as ToWorker);
        this.handed.push(handed);
        port1.postMessage(message, [...handed] as Transferable[]);
      },
      kill,
      hold: () => undefined,
    };
  }

  base(): string {
    return process.cwd();
  }

  capture(): undefined {
    return undefined;
  }

  /** The last worker ends by itself. */
  crash(reason: string): void {
    this.#lost?.(reason);
  }
}

function close(port: MessagePort): void {
  port.removeAllListeners('message');
  port.close();
}
