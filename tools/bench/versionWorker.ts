/**
 * A worker that measures any checkout of this package through its public API: `node versionWorker.ts SPEC` serves
 * segment tasks; `node versionWorker.ts SPEC IMAGE` prints a line with the first mask and ends.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { objectsFingerprint } from '../../src/cli/bench/fingerprint.js';
import { encodeReply, type Task } from '../../src/cli/bench/protocol.js';
import { giveUp, serve, type Job } from '../../src/cli/bench/serve.js';
import type { FastSAM as Model } from '../../src/index.js';
import type { DeviceChoice } from '../../src/runtime/choices.js';

/** SPEC, as JSON. */
export interface VersionSpec {
  /** Absolute path of the checkout. */
  readonly root: string;
  readonly model: string;
  readonly device: DeviceChoice;
}

/** What is taken of the checkout. */
type Library = typeof import('../../src/index.js');

async function loadModel({ root, model, device }: VersionSpec): Promise<Model> {
  const { FastSAM } = (await import(pathToFileURL(join(root, 'src/index.ts')).href)) as Library;
  return FastSAM.load(model, { device });
}

function segmentJob(model: Model, task: Task): Job {
  if (task.kind !== 'segment') throw new Error(`task: got ${task.kind}, expected segment`);
  const { image, imgsz, conf, iou, maxDet } = task;
  const segment = () => model.segment(image, { imgsz, conf, iou, maxDet });
  return {
    run: async () => {
      JSON.stringify(await segment());
    },
    inspect: async () => {
      const { boxes, scores, masks } = await segment();
      const areas = masks.list.map(({ area }) => area);
      return { fingerprint: objectsFingerprint(boxes.xyxy, scores, areas), scores: Array.from(scores) };
    },
  };
}

async function printFirstMask(model: Model, image: string): Promise<void> {
  const results = await model.segment(image);
  const area = results.at(0).mask.area;
  const { user, system } = process.cpuUsage();
  process.stdout.write(encodeReply({ cpu: (user + system) / 1000, area }));
  model.dispose();
}

const [, , text, image] = process.argv;
try {
  const spec = JSON.parse(text) as VersionSpec;
  const model = await loadModel(spec);
  if (image) await printFirstMask(model, image);
  else await serve(spec.root, (task) => Promise.resolve(segmentJob(model, task)));
} catch (error) {
  giveUp(error);
}
