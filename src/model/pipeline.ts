/** Images that go through the network together: letterbox -> network -> NMS -> boxes -> masks -> Results. */
import type { ScaledBoxes } from '../compat/reference.js';
import { referenceOf } from '../compat/references.js';
import { throwIfAborted } from '../errors.js';
import { letterbox, letterboxGeometry, type Letterbox } from '../image/letterbox.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Mask } from '../mask/mask.js';
import { unletterboxMask } from '../mask/resize.js';
import type { TextModelSource } from '../prompt/textModel.js';
import type { FramePlace, ResultsData } from '../record/record.js';
import { Results } from '../results/results.js';
import { nextTurn } from '../runtime/nextTurn.js';
import type { SelectDetections, SelectedDetections } from './selection.js';
import type { Detections, Detector } from './detector.js';
import type { ModelInfo } from './info.js';
import { assembleMasks } from './masks.js';
import type { ResolvedOptions } from './options.js';

/** An image on its way. */
interface Job {
  readonly index: number;
  readonly image: RgbImage;
  readonly geometry: Letterbox;
  readonly pixels: Uint8Array;
  /** Milliseconds of reading and letterboxing. */
  readonly preprocess: number;
  readonly frame?: FramePlace;
}

/** What a run needs beside the images. */
export interface PipelineContext {
  readonly detector: Pick<Detector, 'detect'>;
  readonly options: ResolvedOptions;
  readonly model: ModelInfo;
  /** The encoders that results get for text prompts. */
  readonly textModel?: TextModelSource;
  /** Selects the detections that become objects; no other masks are made. Default: all do. */
  readonly select?: SelectDetections;
}

/** An image that was read, and how long that took in milliseconds. */
export interface TimedImage {
  readonly image: RgbImage;
  readonly time: number;
  /** For frames of a video. */
  readonly frame?: FramePlace;
}

/** Segments images that are read, of any sizes; the results come in their order. */
export async function segmentTimed(images: readonly TimedImage[], context: PipelineContext): Promise<Results[]> {
  const { detector, options } = context;
  const jobs = prepare(images, options);
  const results: Results[] = new Array<Results>(jobs.length);
  for (const batch of batches(jobs, options.batch)) {
    await nextTurn();
    throwIfAborted(options.signal);
    const { netWidth: width, netHeight: height } = batch[0].geometry;
    const start = performance.now();
    const found = await detector.detect({ images: batch.map((job) => job.pixels), width, height }, options);
    const inference = (performance.now() - start) / batch.length;
    if (batch[0].index === 0 && scale(batch[0], found[0], options).endsCall) {
      return jobs.map((job) => new Results(record(job, NOTHING, { inference, postprocess: 0 }, context)));
    }
    for (const [i, job] of batch.entries()) {
      throwIfAborted(options.signal);
      results[job.index] = await finish(job, found[i], inference, context);
    }
  }
  return results;
}

/** Letterboxes. */
function prepare(images: readonly TimedImage[], options: ResolvedOptions): Job[] {
  const first = images.at(0)?.image;
  const alike = images.every(({ image }) => image.width === first?.width && image.height === first.height);
  const auto = !options.square && (alike || referenceOf(options.compat).letterboxesEach);
  return images.map(({ image, time, frame }, index) => {
    const start = performance.now();
    const geometry = letterboxGeometry(image.width, image.height, options.imgsz, { auto });
    const pixels = letterbox(image, geometry);
    const preprocess = time + performance.now() - start;
    return { index, image, geometry, pixels, preprocess, ...(frame && { frame }) };
  });
}

/** Images of equal network size, at most `size` together, in the order in which they came. */
function batches(jobs: readonly Job[], size: number): Job[][] {
  const groups: Job[][] = [];
  const open = new Map<string, Job[]>();
  for (const job of jobs) {
    const key = `${job.geometry.netWidth}x${job.geometry.netHeight}`;
    let group = open.get(key);
    if (!group || group.length >= size) {
      group = [];
      groups.push(group);
      open.set(key, group);
    }
    group.push(job);
  }
  return groups;
}

/** Brings boxes into the image. */
function scale({ geometry, index }: Job, { boxes }: Detections, options: ResolvedOptions): ScaledBoxes {
  return referenceOf(options.compat).scaleBoxes(boxes, geometry, { snap: options.snapFullBoxes, first: index === 0 });
}

/** Boxes, masks and the record of one image. */
async function finish(job: Job, found: Detections, inference: number, context: PipelineContext): Promise<Results> {
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

/** What is known of the objects of one image. */
type Columns = Pick<ResultsData, 'boxes' | 'scores' | 'classes' | 'masks' | 'maskInputs' | 'ids' | 'trackIds'>;

/** Detections as objects. */
async function objectsOf(
  job: Job,
  found: Detections,
  scaled: ScaledBoxes,
  selection: SelectedDetections,
  { options, select }: PipelineContext,
): Promise<Columns> {
  const { prototypes } = found;
  const masks = await makeMasks(job, found, scaled, selection.indices, options);
  const { keepsEmpty } = referenceOf(options.compat).masks;
  const kept = masks.flatMap((mask, i) => (keepsEmpty || mask.area > 0 ? [i] : []));
  const rows = kept.map((i) => selection.indices[i]);
  const { boxes, trackIds } = selection;
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
    },
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
  { image, geometry, preprocess, frame }: Job,
  columns: Columns,
  times: { readonly inference: number; readonly postprocess: number },
  { options: { imgsz, compat, edit }, model, textModel }: PipelineContext,
): ResultsData {
  const { name, classNames, device, precision } = model;
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
    ...(edit && { edited: Object.keys(edit) }),
    ...(frame && { frame }),
    ...(compat && { compat }),
    ...(textModel && { textModel }),
  };
}

/** The masks of some detections, on the grid that the options ask for. */
async function makeMasks(
  { geometry }: Job,
  { prototypes, coefficients }: Detections,
  scaled: ScaledBoxes,
  rows: readonly number[],
  options: ResolvedOptions,
): Promise<Mask[]> {
  const { raster, keepsLetterbox } = referenceOf(options.compat).masks;
  const mode = { rule: raster, retina: options.retinaMasks };
  const crop = takeRows(options.retinaMasks ? scaled.imageCrop : scaled.netCrop, rows, 4);
  const chosen = takeRows(coefficients, rows, prototypes.k);
  const masks = await assembleMasks(prototypes, chosen, crop, geometry, mode, options.signal);
  const unletterbox = !options.retinaMasks && !keepsLetterbox;
  return unletterbox ? masks.map((mask) => unletterboxMask(mask, geometry)) : masks;
}

/** Some rows of an array of `width` columns. */
function takeRows(values: Float32Array, rows: readonly number[], width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    out.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return out;
}
