/** From the detections of one image to its results: boxes into the image, masks, the record. */
import type { ScaledBoxes } from '../compat/reference.js';
import { referenceOf } from '../compat/references.js';
import { takeRows } from '../geometry/rows.js';
import type { Letterbox } from '../image/letterbox.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Mask } from '../mask/mask.js';
import type { RasterMode } from '../mask/rasterGeometry.js';
import { unletterboxMask } from '../mask/resize.js';
import type { TextModelSource } from '../prompt/textModel.js';
import type { FramePlace, ResultsData } from '../record/record.js';
import { Results } from '../results/results.js';
import type { SelectDetections, SelectedDetections } from './selection.js';
import type { Detections } from './detector.js';
import type { ModelInfo } from './info.js';
import { assembleMasks } from './masks.js';
import type { ResolvedOptions } from './options.js';

/** An image and how it lies in the network's input. */
export interface FittedImage {
  /** Place of the image in its call. */
  readonly index: number;
  readonly image: RgbImage;
  readonly geometry: Letterbox;
  /** Milliseconds of reading and letterboxing. */
  readonly preprocess: number;
  readonly frame?: FramePlace;
}

/** How results are made of detections. */
export interface MakeOptions extends Pick<
  ResolvedOptions,
  'imgsz' | 'compat' | 'snapFullBoxes' | 'retinaMasks' | 'signal'
> {
  /** The logit above which a pixel is inside. Default 0. */
  readonly maskThreshold?: number;
}

/** What results need beside detections. */
export interface ResultsContext {
  readonly options: MakeOptions;
  readonly model: ModelInfo;
  /** Layers whose outputs were changed; absent where none was. */
  readonly edited?: readonly string[];
  /** The encoders that results get for text prompts. */
  readonly textModel?: TextModelSource;
  /** Selects the detections that become objects; no other masks are made. Default: all do. */
  readonly select?: SelectDetections;
}

/** Whether the reference fails on this image, the first of its call, and finds nothing in any of them. */
export function endsCall(job: FittedImage, found: Detections, options: MakeOptions): boolean {
  return scale(job, found, options).endsCall;
}

/** Results without objects. */
export function emptyResults(job: FittedImage, inference: number, context: ResultsContext): Results {
  return new Results(record(job, NOTHING, { inference, postprocess: 0 }, context));
}

/** Brings boxes into the image. */
function scale({ geometry, index }: FittedImage, { boxes }: Detections, options: MakeOptions): ScaledBoxes {
  return referenceOf(options.compat).scaleBoxes(boxes, geometry, { snap: options.snapFullBoxes, first: index === 0 });
}

/**
 * Boxes, masks and the record of one image.
 * @param inference milliseconds of the network.
 * @throws FastSAMError `ABORTED`, `DEVICE_FAILED`.
 */
export async function makeResults(
  job: FittedImage,
  found: Detections,
  inference: number,
  context: ResultsContext,
): Promise<Results> {
  const start = performance.now();
  const scaled = scale(job, found, context.options);
  const toResults = async (selection: SelectedDetections) => {
    const columns = await objectsOf(job, found, scaled, selection, context);
    const times = { inference, postprocess: performance.now() - start };
    return new Results(record(job, columns, times, context));
  };
  const { scores, classes } = found;
  return context.select
    ? context.select({ image: job.image, boxes: scaled.boxes, scores, classes, toResults })
    : toResults({ indices: Array.from(scores.keys()) });
}

/** From the detections of an image that is a call of its own to its results. */
export type MakeResults = typeof resultsAlone;

/**
 * As `makeResults`, for an image that is the only one of its call.
 * @throws FastSAMError `ABORTED`, `DEVICE_FAILED`.
 */
export async function resultsAlone(
  job: FittedImage,
  found: Detections,
  inference: number,
  context: ResultsContext,
): Promise<Results> {
  if (endsCall(job, found, context.options)) return emptyResults(job, inference, context);
  return makeResults(job, found, inference, context);
}

/** What is known of the objects of one image. */
type Columns = Pick<
  ResultsData,
  'boxes' | 'scores' | 'classes' | 'masks' | 'maskInputs' | 'ids' | 'trackIds' | 'anchors'
>;

/** Detections as objects. */
async function objectsOf(
  job: FittedImage,
  found: Detections,
  scaled: ScaledBoxes,
  selection: SelectedDetections,
  { options, select }: ResultsContext,
): Promise<Columns> {
  const { prototypes } = found;
  const masks = await makeMasks(job, found, scaled, selection.indices, options);
  const { keepsEmpty } = referenceOf(options.compat).masks;
  const kept = masks.flatMap((mask, i) => (keepsEmpty || mask.area > 0 ? [i] : []));
  const rows = kept.map((i) => selection.indices[i]);
  const { boxes, trackIds } = selection;
  const { retinaMasks: retina, maskThreshold: threshold } = options;
  return {
    boxes: boxes ? takeRows(boxes, kept, 4) : takeRows(scaled.boxes, rows, 4),
    scores: takeRows(found.scores, rows, 1),
    classes: Int32Array.from(rows, (row) => found.classes[row]),
    masks: kept.map((i) => masks[i]),
    maskInputs: {
      prototypes: prototypes.data,
      height: prototypes.height,
      width: prototypes.width,
      coefficients: takeRows(found.coefficients, rows, prototypes.k),
      crops: takeRows(retina ? scaled.imageCrop : scaled.netCrop, rows, 4),
      retina,
      ...(threshold !== undefined && { threshold }),
    },
    anchors: Int32Array.from(rows, (row) => found.anchors[row]),
    ...(trackIds && { trackIds: Int32Array.from(kept, (i) => trackIds[i]) }),
    ...(select && { ids: Int32Array.from(rows) }),
  };
}

const NOTHING: Columns = {
  boxes: new Float32Array(0),
  scores: new Float32Array(0),
  classes: new Int32Array(0),
  masks: [],
};

/** The objects together with how they were found. */
function record(
  { image, geometry, preprocess, frame }: FittedImage,
  columns: Columns,
  times: { readonly inference: number; readonly postprocess: number },
  { options: { imgsz, compat }, model, edited, textModel }: ResultsContext,
): ResultsData {
  const { name, classNames, device, precision, architecture } = model;
  return {
    image,
    ...columns,
    names: classNames,
    speed: { preprocess, ...times },
    model: name,
    imgsz,
    device,
    precision,
    letterbox: geometry,
    strides: architecture.family.head.strides,
    ...(edited && { edited }),
    ...(frame && { frame }),
    ...(compat && { compat }),
    ...(textModel && { textModel }),
  };
}

/** The masks of some detections, on the grid that the options ask for. */
async function makeMasks(
  { geometry }: FittedImage,
  { prototypes, coefficients }: Detections,
  scaled: ScaledBoxes,
  rows: readonly number[],
  options: MakeOptions,
): Promise<Mask[]> {
  const { raster, keepsLetterbox } = referenceOf(options.compat).masks;
  const { maskThreshold: threshold } = options;
  const mode: RasterMode = { rule: raster, retina: options.retinaMasks, ...(threshold !== undefined && { threshold }) };
  const crop = takeRows(options.retinaMasks ? scaled.imageCrop : scaled.netCrop, rows, 4);
  const chosen = takeRows(coefficients, rows, prototypes.k);
  const masks = await assembleMasks(prototypes, chosen, crop, geometry, mode, options.signal);
  const unletterbox = !options.retinaMasks && !keepsLetterbox;
  return unletterbox ? masks.map((mask) => unletterboxMask(mask, geometry)) : masks;
}
