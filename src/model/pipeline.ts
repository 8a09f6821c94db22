/** Images that go through the network together: letterbox -> network -> NMS -> boxes -> masks -> Results. */
import { referenceOf } from '../compat/references.js';
import { throwIfAborted } from '../errors.js';
import { letterboxGeometry } from '../image/letterbox.js';
import { networkPixels } from '../image/networkPixels.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { FramePlace } from '../record/record.js';
import type { Results } from '../results/results.js';
import { nextTurn } from '../platform/nextTurn.js';
import type { Detector } from './detector.js';
import { emptyResults, endsCall, makeResults, type FittedImage, type ResultsContext } from './makeResults.js';
import type { ResolvedOptions } from './options.js';

/** An image on its way. */
interface Job extends FittedImage {
  readonly place: number;
  readonly pixels: Uint8Array | Float32Array;
}

/** What a run needs beside the images. */
export interface PipelineContext extends ResultsContext {
  readonly detector: Pick<Detector, 'detect'>;
  readonly options: Omit<ResolvedOptions, 'edit'>;
}

/** An image that was read, and how long that took in milliseconds. */
export interface TimedImage {
  readonly image: RgbImage;
  readonly time: number;
  /** Its place among all images of the call, for `onStage`. */
  readonly place: number;
  /** For frames of a video. */
  readonly frame?: FramePlace;
}

/** Segments images that are read, of any sizes; the results come in their order. */
export async function segmentTimed(images: readonly TimedImage[], context: PipelineContext): Promise<Results[]> {
  const { detector, options } = context;
  const jobs = await prepare(images, options);
  const results: Results[] = new Array<Results>(jobs.length);
  for (const batch of batches(jobs, options.batch)) {
    await nextTurn();
    throwIfAborted(options.signal);
    const { netWidth: width, netHeight: height } = batch[0].geometry;
    for (const { place } of batch) options.onStage?.({ type: 'inference', index: place });
    const start = performance.now();
    const found = await detector.detect({ images: batch.map((job) => job.pixels), width, height }, options);
    const inference = (performance.now() - start) / batch.length;
    if (batch[0].index === 0 && endsCall(batch[0], found[0], options)) {
      return jobs.map((job) => emptyResults(job, inference, context));
    }
    for (const [i, job] of batch.entries()) {
      throwIfAborted(options.signal);
      options.onStage?.({ type: 'postprocess', index: job.place });
      results[job.index] = await makeResults(job, found[i], inference, context);
    }
  }
  return results;
}

/** Letterboxes. */
async function prepare(images: readonly TimedImage[], options: PipelineContext['options']): Promise<Job[]> {
  const first = images.at(0)?.image;
  const alike = images.every(({ image }) => image.width === first?.width && image.height === first.height);
  const auto = !options.square && (alike || referenceOf(options.compat).letterboxesEach);
  const jobs: Job[] = [];
  for (const [index, { image, time, place, frame }] of images.entries()) {
    const start = performance.now();
    const geometry = letterboxGeometry(image.width, image.height, options.imgsz, { auto });
    const pixels = await networkPixels(image, geometry);
    const preprocess = time + performance.now() - start;
    jobs.push({ index, place, image, geometry, pixels, preprocess, ...(frame && { frame }) });
  }
  return jobs;
}

/** Images of equal network size and kind of values, at most `size` together, in the order in which they came. */
function batches(jobs: readonly Job[], size: number): Job[][] {
  const groups: Job[][] = [];
  const open = new Map<string, Job[]>();
  for (const job of jobs) {
    const key = `${job.geometry.netWidth}x${job.geometry.netHeight}${job.image.floats ? ' floats' : ''}`;
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
