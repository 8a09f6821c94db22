/** The process of one way: segments the images and prints what came of them as one line of JSON. */
import '../../node.js';
import { FastSAMError } from '../../errors.js';
import { validateCoco } from '../../evaluate/valCoco.js';
import { FastSAM } from '../../fastsam.js';
import { encodeRle } from '../../mask/rle.js';
import { platform } from '../../platform/platform.js';
import type { Results } from '../../results/results.js';
import type { ImageOutcome, WayOutcome, WayTask } from './protocol.js';

async function outcomeOf(results: Results): Promise<ImageOutcome> {
  const { boxes, scores, maskInputs, imageMasks } = results;
  const masks = imageMasks.map(encodeRle);
  const prototypes = bytesOf(maskInputs?.prototypes ?? new Float32Array(0));
  const coefficients = bytesOf(maskInputs?.coefficients ?? new Float32Array(0));
  const text = new TextEncoder().encode(JSON.stringify(masks));
  const all = Buffer.concat([bytesOf(boxes.xyxy), bytesOf(scores), coefficients, prototypes, text]);
  return { hash: await platform().sha256(all), prototypes: Buffer.from(prototypes).toString('base64'), masks };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

async function run({ way, model: name, images, settings, data }: WayTask): Promise<WayOutcome> {
  let model: FastSAM;
  try {
    model = await FastSAM.load(name, way.load);
  } catch (error) {
    if (error instanceof FastSAMError && error.code === 'DEVICE_UNAVAILABLE') return { refused: error.message };
    throw error;
  }
  const found: ImageOutcome[] = [];
  for await (const { results, error } of model.stream(images, { ...settings, batch: way.batch, square: true })) {
    if (error) throw error;
    found.push(await outcomeOf(results));
  }
  const { annotations, folder, limit } = data ?? {};
  if (annotations === undefined || folder === undefined) return { images: found };
  const { imgsz } = settings;
  const options = { ...(typeof imgsz === 'number' && { imgsz }), ...(limit !== undefined && { limit }) };
  const { coco } = await validateCoco(model, annotations, folder, options);
  return { images: found, ...(coco.masks && { ap: coco.masks.summary().AP }) };
}

try {
  process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2]) as WayTask)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
