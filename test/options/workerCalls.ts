/** A valid call of everything that `fastsam-tfjs/worker` offers; the worker is at the other end of a MessageChannel. */
import { setWorker } from '../../src/entry/worker.browser.js';
import { FastSAM } from '../../src/entry/worker.js';
import { useWorkers } from '../../src/platform/workers/workers.js';
import { goldenBytes } from '../support/golden.js';
import { MessageWorkers } from '../support/messageWorkers.js';
import { TRAINED } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { drained, may, of, one, OPTIONS, text, type PublicCall } from './publicCall.js';

useWorkers(new MessageWorkers());
const tiny = goldenBytes('layers/tiny.safetensors');
const folder = temporaryFolder();
const model = await FastSAM.load(TRAINED, { device: 'wasm' }); // works at a small size by itself
const cache = await model.withCache();
const image = () => ({ data: new Uint8Array(300).fill(9), width: 10, height: 10 });

export const WORKER_CALLS: Readonly<Record<string, PublicCall>> = {
  './worker setWorker': of(
    setWorker,
    one(() => () => undefined),
  ),
  './worker FastSAM.load': of(
    async (source, given) => {
      (await FastSAM.load(source, given)).dispose();
    },
    one(() => tiny, 'text'),
    OPTIONS,
  ),
  './worker FastSAM.create': of(
    async (spec, given) => {
      (await FastSAM.create(spec, given)).dispose();
    },
    one(() => ({ widthMultiple: 0.02, depthMultiple: 0.1 }), 'undefined'),
    OPTIONS,
  ),
  './worker FastSAM.warmup': of(
    (sizes, given) => model.warmup(sizes, given),
    may(() => [{ width: 32, height: 32 }]),
    OPTIONS,
  ),
  './worker FastSAM.segment': of(
    (input, given) => model.segment(input, given),
    one(image, 'text', 'list', 'bytes'),
    OPTIONS,
  ),
  './worker FastSAM.detect': of(
    (input, given) => model.detect(input, given),
    one(image, 'text', 'list', 'bytes'),
    OPTIONS,
  ),
  './worker FastSAM.stream': of(
    async (input, given) => {
      for await (const item of model.stream(input, given)) if (item.error) throw item.error;
    },
    one(() => [image()], 'object', 'bytes'),
    OPTIONS,
  ),
  './worker FastSAM.track': of(
    (input, given) => drained(model.track(input, given)),
    one(() => [image()], 'text', 'object', 'bytes'),
    OPTIONS,
  ),
  './worker FastSAM.val': of((data, given) => model.val(data, given), text('never.yaml'), OPTIONS),
  './worker FastSAM.export': of(
    (name, target, given) => model.export(name, typeof target === 'string' ? `${folder}/m` : target, given),
    text('safetensors'),
    may(() => null, 'text', 'null'),
    OPTIONS,
  ),
  './worker FastSAM.withCache': of(async () => {
    (await model.withCache()).dispose();
  }),
  './worker FastSAM.restart': of(() => {
    model.restart();
  }),
  './worker FastSAM.letterbox': of(() => model.letterbox()),
  './worker FastSAM.activations': of(() => model.activations()),
  './worker FastSAM.gradient': of(() => model.gradient()),
  './worker FastSAM.layersModel': of(() => model.layersModel()),
  'the cache in a worker, segment': of(
    (input, given) => cache.segment(input, given),
    one(image, 'text', 'bytes'),
    OPTIONS,
  ),
};
