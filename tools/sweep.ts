/**
 * Whether results made of one pass equal runs of `segment`, at every cell of a grid of thresholds: boxes, scores, classes,
 * anchors and masks, bit for bit. Prints a line an image; ends with 1 when a cell differs.
 *
 *   npx tsx tools/sweep.ts examples/bicycles.jpg
 *   npx tsx tools/sweep.ts --model FastSAM-s --imgsz 640 --device wasm photo.jpg
 */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { FastSAM, type DeviceChoice, type Results } from '../src/index.js';

const { values: args, positionals: images } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: 'demo' },
    device: { type: 'string', default: 'cpu' },
    imgsz: { type: 'string' },
  },
});
if (images.length === 0) throw new Error('usage: sweep.ts [--model NAME] [--device DEVICE] [--imgsz PIXELS] IMAGE...');

const CONFS = Array.from({ length: 18 }, (_, i) => (i + 1) / 20);
const IOUS = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);

const partsOf = ({ boxes, scores, classes, anchors, ids, masks }: Results): unknown[] => [
  boxes.xyxy,
  scores,
  classes,
  anchors,
  ids,
  masks.list,
];

const model = await FastSAM.load(args.model, { device: args.device as DeviceChoice });
const size = args.imgsz === undefined ? {} : { imgsz: Number(args.imgsz) };
let different = 0;
for (const image of images) {
  const raw = await model.detect(image, size);
  const counts = new Set<number>();
  const time = { results: 0, segment: 0 };
  let wrong = 0;
  for (const conf of CONFS) {
    for (const iou of IOUS) {
      const start = performance.now();
      const made = await raw.toResults({ conf, iou });
      const between = performance.now();
      const expected = await model.segment(image, { ...size, conf, iou });
      time.results += between - start;
      time.segment += performance.now() - between;
      counts.add(expected.length);
      if (!isDeepStrictEqual(partsOf(made), partsOf(expected))) wrong++;
    }
  }
  different += wrong;
  const cells = CONFS.length * IOUS.length;
  console.log(
    `${image} on ${model.info.device}: ${wrong} of ${cells} cells differ; ${Math.min(...counts)} to ${Math.max(...counts)} ` +
      `objects; ${(time.results / 1000).toFixed(1)} s against ${(time.segment / 1000).toFixed(1)} s`,
  );
}
model.dispose();
process.exitCode = different === 0 ? 0 : 1;
