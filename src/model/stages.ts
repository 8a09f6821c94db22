/** The first stages of `segment` one by one: an image into the network's form, and through the network. */
import { invalidArgument } from '../errors.js';
import { letterboxGeometry } from '../image/letterbox.js';
import { networkPixels } from '../image/networkPixels.js';
import { checkFloats, floatsToBytes, imagesOfBatch, isPixelBatch, valuesOf } from '../image/pixels.js';
import type { PixelBatch, PixelTensor } from '../image/pixels.js';
import { resolve } from '../options/resolve.js';
import type { Resolved } from '../options/row.js';
import { readImage, type ImageInput } from '../source/readImage.js';
import type { ModelDefaults } from '../weights/catalogue.js';
import type { Edits } from './edits.js';
import { LetterboxedImage, type NetworkImage } from './letterboxedImage.js';
import type { MakeResults, ResultsContext } from './makeResults.js';
import { RawDetections } from './rawDetections.js';
import type { RunningModel } from './runningModel.js';
import { DETECT_OPTIONS, LETTERBOX_OPTIONS, type DetectOptions, type LetterboxImageOptions } from './stageOptions.js';

/** One input of `detect`. */
export type DetectInput = ImageInput | LetterboxedImage;

/** What the stages need of a model. */
export interface StageContext extends Pick<ResultsContext, 'model' | 'textModel'> {
  /** What runs with these edits. */
  readonly running: (edit: Edits | undefined) => Promise<RunningModel>;
  /** See `RawOrigin`. */
  readonly makeResults: MakeResults;
}

/** The stages' context with what runs. */
type RunContext = Omit<StageContext, 'running'> & RunningModel;

/** The options that say how an image is letterboxed. */
const LETTERBOXING = ['imgsz', 'square', 'stretch', 'padding'] as const;

/** See `FastSAM.letterbox`. */
export async function letterboxImage(
  input: ImageInput,
  options: LetterboxImageOptions,
  { model }: Pick<StageContext, 'model'>,
): Promise<LetterboxedImage> {
  return new LetterboxedImage(await fit(input, resolve(LETTERBOX_OPTIONS, options, model.defaults), model));
}

type FitOptions = Resolved<typeof LETTERBOX_OPTIONS, keyof ModelDefaults>;

async function fit(
  input: ImageInput,
  { imgsz, square, stretch, padding, maxPixels, window, signal }: FitOptions,
  { architecture }: StageContext['model'],
): Promise<NetworkImage> {
  const start = performance.now();
  const image = await readImage(input, { maxPixels, window, signal });
  const stride = architecture.family.maxStride;
  const letterbox = letterboxGeometry(image.width, image.height, imgsz, { auto: !square, stretch, stride });
  const pixels = await networkPixels(image, letterbox, padding);
  return { image, letterbox, pixels, imgsz, time: performance.now() - start };
}

/** See `FastSAM.detect`. */
export async function detect(
  input: DetectInput | readonly DetectInput[] | PixelBatch,
  options: DetectOptions,
  { running, ...given }: StageContext,
): Promise<RawDetections | RawDetections[]> {
  const resolved = resolve(DETECT_OPTIONS, options, given.model.defaults);
  const context: RunContext = { ...given, ...(await running(resolved.edit)) };
  if (isPixelBatch(input) && isFloat(input)) {
    refuseLetterboxing(options);
    return detectFloats(input, resolved, context);
  }
  const each = async (one: DetectInput): Promise<RawDetections> => {
    if (one instanceof LetterboxedImage) {
      refuseLetterboxing(options);
      const { parts, tensor } = one;
      return (await run([{ ...parts, pixels: parts.pixels ?? (await floatsOf(tensor)) }], resolved, context))[0];
    }
    if (isFloat(one)) {
      refuseLetterboxing(options);
      return (await detectFloats(one, resolved, context))[0];
    }
    return (await run([await fit(one, resolved, context.model)], resolved, context))[0];
  };
  const list = isPixelBatch(input) ? imagesOfBatch(input) : isList(input) ? input : undefined;
  if (!list) return each(input as DetectInput);
  const found: RawDetections[] = [];
  for (const one of list) found.push(await each(one));
  return found;
}

const isList = (input: DetectInput | readonly DetectInput[] | PixelBatch): input is readonly DetectInput[] =>
  Array.isArray(input);

type Settings = Resolved<typeof DETECT_OPTIONS, keyof ModelDefaults>;

function isFloat(input: unknown): input is PixelTensor {
  const { shape, dtype, data } = (input ?? {}) as Partial<PixelTensor>;
  return Array.isArray(shape) && dtype === 'float32' && typeof data === 'function';
}

/** @throws FastSAMError `INVALID_ARGUMENT` for options that would change an input that is to stay as it is. */
function refuseLetterboxing(options: DetectOptions): void {
  const given = LETTERBOXING.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw invalidArgument(
    `${given}: got it for an input that goes into the network as it is, expected none; leave it out, or give it to letterbox`,
  );
}

async function floatsOf(tensor: PixelTensor): Promise<Float32Array> {
  const values = await valuesOf(tensor);
  checkFloats(values);
  return Float32Array.from(values);
}

/** Float images [height, width, 3], or a batch of them, whose sides fit the network: no bit changes. */
async function detectFloats(tensor: PixelTensor, settings: Settings, context: RunContext): Promise<RawDetections[]> {
  const { maxStride } = context.model.architecture.family;
  const { shape } = tensor;
  const [count, height, width, channels] = shape.length === 4 ? shape : [1, ...shape];
  const fits =
    (shape.length === 3 || shape.length === 4) &&
    count > 0 &&
    channels === 3 &&
    [height, width].every((side) => side > 0 && side % maxStride === 0);
  if (!fits) {
    throw invalidArgument(
      `tensor: got float32 [${shape.join(', ')}], expected [height, width, 3] or [images, height, width, 3] with sides that ` +
        `are multiples of ${maxStride}; give it to letterbox first, or to segment`,
    );
  }
  const start = performance.now();
  const values = await floatsOf(tensor);
  const size = height * width * 3;
  const imgsz = [height, width] as const;
  const whole = { width, height, top: 0, bottom: 0, left: 0, right: 0 };
  const letterbox = { imageWidth: width, imageHeight: height, netWidth: width, netHeight: height, ...whole };
  const images = Array.from({ length: count }, (_, i) => {
    const pixels = values.slice(i * size, (i + 1) * size);
    return { image: { data: floatsToBytes(pixels), floats: pixels, width, height }, letterbox, pixels, imgsz };
  });
  const time = (performance.now() - start) / count;
  return run(
    images.map((image) => ({ ...image, time })),
    settings,
    context,
  );
}

/** Images of one size through the network, together. */
async function run(
  images: readonly NetworkImage[],
  { logits }: Settings,
  { detector, ...context }: RunContext,
): Promise<RawDetections[]> {
  const start = performance.now();
  const { netWidth: width, netHeight: height } = images[0].letterbox;
  const found = await detector.raw({ images: images.map(({ pixels }) => pixels), width, height }, { logits });
  const inference = (performance.now() - start) / images.length;
  return found.map((anchors, index) => {
    const { image, letterbox: geometry, time: preprocess, imgsz } = images[index];
    const fitted = { index: 0, image, geometry, preprocess }; // each is a call of its own
    return new RawDetections(anchors, { ...context, fitted, imgsz, inference });
  });
}
