/** A worker that measures this package: `node worker.js SPEC`, SPEC being the JSON of a WorkerSpec. */
import { readFile } from 'node:fs/promises';
import type { FastSAM } from '../../fastsam.js';
import { createDetector } from '../../model/createDetector.js';
import type { Detector, DetectorInput, Thresholds } from '../../model/detector.js';
import { loadWeights } from '../../model/load.js';
import { buildNetwork } from '../../model/network.js';
import { acquireDevice } from '../../runtime/device.js';
import { openCheckpoint } from '../../model/open.js';
import { FLOOR, networkFingerprint, objectsFingerprint } from './fingerprint.js';
import type { NetworkTask, SegmentTask } from './protocol.js';
import { giveUp, serve, type Job } from './serve.js';
import { loadFromSpec, specOfProcess, type WorkerSpec } from './spec.js';

/** Nothing is found, so that the network is all that is timed. */
const NOTHING: Thresholds = { conf: 1, iou: 1, maxDet: 1 };
/** Every anchor that counts in the fingerprint. */
const EVERYTHING: Thresholds = { conf: FLOOR, iou: 1, maxDet: 100_000 };

/** Loads what a task needs, when the first one of its kind comes. */
class Worker {
  #detector: Promise<Detector> | undefined;
  #model: Promise<FastSAM> | undefined;
  readonly #spec: WorkerSpec;

  constructor(spec: WorkerSpec) {
    this.#spec = spec;
  }

  async networkJob({ pixels, width, height }: NetworkTask): Promise<Job> {
    this.#detector ??= openDetector(this.#spec);
    const detector = await this.#detector;
    const input: DetectorInput = { images: [await readFile(pixels)], width, height };
    return {
      run: async () => {
        await detector.detect(input, NOTHING);
      },
      inspect: async () => ({ fingerprint: networkFingerprint((await detector.detect(input, EVERYTHING))[0]) }),
    };
  }

  async segmentJob({ image, imgsz, conf, iou, maxDet }: SegmentTask): Promise<Job> {
    this.#model ??= loadFromSpec(this.#spec);
    const model = await this.#model;
    const options = { imgsz, conf, iou, maxDet };
    return {
      run: async () => {
        JSON.stringify(await model.segment(image, options));
      },
      inspect: async () => {
        const { boxes, scores, masks } = await model.segment(image, options);
        const areas = masks.list.map(({ area }) => area);
        return { fingerprint: objectsFingerprint(boxes.xyxy, scores, areas), scores: Array.from(scores) };
      },
    };
  }
}

/** The part of `FastSAM.load` up to the detector, which a model does not show. */
async function openDetector({ model, device: choice, ...options }: WorkerSpec): Promise<Detector> {
  const { checkpoint, architecture } = await openCheckpoint(model);
  const { device } = await acquireDevice(choice);
  const network = buildNetwork(architecture);
  loadWeights(network, checkpoint.tensors);
  return (await createDetector(network, device, options)).detector;
}

const spec = specOfProcess();
const worker = new Worker(spec);
try {
  // Says at once whether the device is there; the worker keeps it.
  const { device } = await acquireDevice(spec.device);
  await serve(device, (task) => (task.kind === 'network' ? worker.networkJob(task) : worker.segmentJob(task)));
} catch (error) {
  giveUp(error);
}
