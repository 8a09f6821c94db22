/** Advice of models in workers. */
import { MessageChannel, type Transferable } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import { afterAll } from 'vitest';
import type { Advice } from './trial.js';
import { FastSAM as Main, readImage, type SegmentOptions } from '../../../src/index.js';
import { browserWorkers, setWorker, type WorkerLike } from '../../../src/platform/workers/browserWorkers.js';
import { nodeWorkers } from '../../../src/platform/workers/nodeWorkers.js';
import { useWorkers, workers, type Workers } from '../../../src/platform/workers/workers.js';
import { FastSAM } from '../../../src/worker/client.js';
import { receivedInfo, sentInfo } from '../../../src/worker/info.js';
import { serve } from '../../../src/worker/server.js';
import { rejectionOf } from '../../support/errors.js';
import { goldenBytes } from '../../support/golden.js';
import { MessageWorkers } from '../../support/messageWorkers.js';
import { scene } from '../../support/paths.js';

const TINY = goldenBytes('layers/tiny.safetensors');
const SMALL = { imgsz: 64 } as const;
const coins = await readImage(scene('coins.png'));
const main = await Main.load(TINY, { device: 'wasm' });
const info = sentInfo(main.info);

afterAll(() => {
  main.dispose();
});

/** Work with a model at the other end of a channel. */
async function withModel(work: (model: FastSAM, there: MessageWorkers) => unknown): Promise<void> {
  const there = new MessageWorkers();
  useWorkers(there);
  await using model = await FastSAM.load(TINY);
  await work(model, there);
}

/** A call during which the worker ends. */
async function lost(model: FastSAM, there: MessageWorkers): Promise<void> {
  setTimeout(() => {
    there.crash('it ended with SIGKILL');
  });
  await model.segment(coins, SMALL);
}

/** A picture with a method, as image classes of other packages have. */
class Picture {
  readonly data = coins.data;
  readonly width = coins.width;
  readonly height = coins.height;
  readonly rotate = (): this => this;
}

/** An option that only this side can have. */
const edited = { ...SMALL, edit: { 'model.22': (t: tf.Tensor) => t.mul(0) } } as SegmentOptions;

/** The worker that a page makes of the package's program. */
function pageWorker(): WorkerLike {
  const { port1, port2 } = new MessageChannel();
  serve({
    post: (message, handed) => {
      port2.postMessage(message, [...handed] as Transferable[]);
    },
    onMessage: (hear) => port2.on('message', hear),
  });
  return {
    postMessage: (message, handed) => {
      port1.postMessage(message, handed as unknown as Transferable[]);
    },
    addEventListener: (type, hear) => {
      if (type === 'message')
        port1.on('message', (data: unknown) => {
          hear({ data } as unknown as Event);
        });
    },
    terminate: () => {
      port1.close();
    },
  };
}

/** As `browserWorkers`, with what a page has besides. */
const PAGE: Workers = { ...browserWorkers, base: () => '', capture: () => undefined };

async function inPage(): Promise<void> {
  useWorkers(PAGE);
  await using model = await FastSAM.load(TINY);
  await model.segment(coins, SMALL);
}

export const WORKERS: Advice = {
  trials: [
    {
      advice: "load the model with FastSAM of 'fastsam-tfjs', on this side, or use detect or segment",
      provoke: () => withModel((model) => model.letterbox()),
      follow: async () => {
        (await main.letterbox(coins, SMALL)).dispose();
        await withModel(async (model) => [await model.detect(coins, SMALL), await model.segment(coins, SMALL)]);
      },
    },
    {
      advice: "load the model with FastSAM of 'fastsam-tfjs', on this side, for others",
      provoke: () => withModel((model) => model.segment(new Picture(), SMALL)),
      follow: () => main.segment(new Picture(), SMALL),
    },
    {
      advice: "leave it out, or load the model with FastSAM of 'fastsam-tfjs', on this side",
      provoke: () => withModel((model) => model.segment(coins, edited)),
      follow: async () => {
        await withModel((model) => model.segment(coins, SMALL));
        await main.segment(coins, edited);
      },
    },
    {
      advice: 'call again, which starts another worker and loads the model (results that you have stay whole)',
      provoke: () => withModel(lost),
      follow: () =>
        withModel(async (model, there) => {
          const found = await model.segment(coins, SMALL);
          await rejectionOf(() => lost(model, there));
          await model.segment(coins, SMALL);
          found.prompt({ points: [[1, 1]] });
        }),
    },
    {
      advice: 'build page and worker from the same version of the package',
      provoke: () => receivedInfo({ ...info, architecture: { ...info.architecture, family: 'of-tomorrow' } }),
      follow: () => receivedInfo(info),
    },
    {
      advice: 'serve fastsam-tfjs/worker/program there, and give setWorker a function that makes a module worker of it',
      provoke: inPage, // Node has no `Worker`
      follow: async () => {
        setWorker(pageWorker);
        await inPage();
      },
    },
    {
      advice: "import FastSAM from 'fastsam-tfjs/worker'",
      provoke: async () => {
        const file = '../../../src/platform/workers/workers.ts?fresh'; // the query makes the module run again
        ((await import(/* @vite-ignore */ file)) as { workers: () => Workers }).workers();
      },
      follow: async () => {
        await import('../../../src/entry/worker.js');
        useWorkers(nodeWorkers); // as the entry does where it is imported first
        workers().base();
      },
    },
  ],
  elsewhere: {},
  untried: {},
};
