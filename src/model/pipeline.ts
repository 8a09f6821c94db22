/** One call of `segment`: pictures -> letterbox -> network -> NMS -> boxes -> masks -> Results. */
import { throwIfAborted } from '../errors.js';
import { letterbox, letterboxGeometry, type Letterbox } from '../image/letterbox.js';
import { readImage, type ImageInput } from '../image/read.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Mask } from '../mask/mask.js';
import { unletterboxMask } from '../mask/resize.js';
import type { ResultsData } from '../results/data.js';
import { Results } from '../results/results.js';
import { placeBoxes, type PlacedBoxes } from './boxes.js';
import type { Detections, Detector } from './detector.js';
import type { ModelInfo } from './info.js';
import { assembleMasks } from './masks.js';
import type { ResolvedOptions } from './options.js';

/** A picture on its way. */
interface Job {
  readonly index: number;
  readonly image: RgbImage;
  readonly geometry: Letterbox;
  readonly pixels: Uint8Array;
  /** Milliseconds of reading and letterboxing. */
  readonly preprocess: number;
}

/** Segments pictures of any sizes; the results come in their order. */
export async function segmentPictures(
  detector: Detector,
  inputs: readonly ImageInput[],
  options: ResolvedOptions,
  model: ModelInfo,
): Promise<Results[]> {
  const jobs = await readJobs(inputs, options);
  const results: Results[] = new Array<Results>(jobs.length);
  for (const batch of batches(jobs, options.batch)) {
    throwIfAborted(options.signal);
    const { netWidth: width, netHeight: height } = batch[0].geometry;
    const start = performance.now();
    const found = await detector.detect({ pictures: batch.map((job) => job.pixels), width, height }, options);
    const inference = (performance.now() - start) / batch.length;
    for (const [i, job] of batch.entries()) {
      throwIfAborted(options.signal);
      results[job.index] = await finish(job, found[i], inference, options, model);
    }
  }
  return results;
}

/** Reads and letterboxes. The peers use one square for a list of pictures that are not all of one size. */
async function readJobs(inputs: readonly ImageInput[], options: ResolvedOptions): Promise<Job[]> {
  const images: RgbImage[] = [];
  const times: number[] = [];
  for (const input of inputs) {
    const start = performance.now();
    images.push(await readImage(input, { signal: options.signal }));
    times.push(performance.now() - start);
  }
  const alike = images.every(({ width, height }) => width === images[0].width && height === images[0].height);
  const auto = !options.square && (alike || options.compat === undefined);
  return images.map((image, index) => {
    const start = performance.now();
    const geometry = letterboxGeometry(image.width, image.height, options.imgsz, { auto });
    const pixels = letterbox(image, geometry);
    return { index, image, geometry, pixels, preprocess: times[index] + performance.now() - start };
  });
}

/** Pictures of equal network size, at most `size` together, in the order in which they came. */
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

/** Boxes, masks and the record of one picture. */
async function finish(
  job: Job,
  found: Detections,
  inference: number,
  options: ResolvedOptions,
  model: ModelInfo,
): Promise<Results> {
  const start = performance.now();
  const placed = placeBoxes(found.boxes, job.geometry, {
    compat: options.compat,
    snap: options.snapFullBoxes,
    first: job.index === 0,
  });
  const masks = await makeMasks(job, found, placed, options);
  // CASIA keeps objects without a pixel; everything else drops them.
  const kept = masks.flatMap((mask, i) => (options.compat === 'casia' || mask.area > 0 ? [i] : []));
  const { prototypes } = found;
  const data: ResultsData = {
    image: job.image,
    boxes: rows(placed.boxes, kept, 4),
    scores: rows(found.scores, kept, 1),
    classes: Int32Array.from(kept, (i) => found.classes[i]),
    names: model.classNames,
    masks: kept.map((i) => masks[i]),
    speed: { preprocess: job.preprocess, inference, postprocess: performance.now() - start },
    model: model.name,
    imgsz: options.imgsz,
    device: model.device,
    precision: model.precision,
    letterbox: job.geometry,
    ...(options.compat && { compat: options.compat }),
    assembly: {
      prototypes: prototypes.data,
      height: prototypes.height,
      width: prototypes.width,
      coefficients: rows(found.coefficients, kept, prototypes.k),
    },
  };
  return new Results(data);
}

/** The masks on the grid that the options ask for. */
async function makeMasks(job: Job, found: Detections, placed: PlacedBoxes, options: ResolvedOptions): Promise<Mask[]> {
  const { geometry } = job;
  const mode = { peer: options.compat ?? 'ultralytics', retina: options.retinaMasks };
  const crop = options.retinaMasks ? placed.imageCrop : placed.netCrop;
  const masks = await assembleMasks(found.prototypes, found.coefficients, crop, geometry, mode, options.signal);
  const onNetworkGrid = !options.retinaMasks && options.compat === undefined;
  return onNetworkGrid ? masks.map((mask) => unletterboxMask(mask, geometry)) : masks;
}

/** Some rows of an array of `width` columns. */
function rows(values: Float32Array, kept: readonly number[], width: number): Float32Array {
  const out = new Float32Array(kept.length * width);
  kept.forEach((row, i) => {
    out.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return out;
}
