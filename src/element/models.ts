/** Models by name: elements of one page that name the same one share one worker. */
import { requireFunction } from '../options/requireKind.js';
import type { LoadOptions } from '../model/loadOptions.js';
import type { SegmentOptions } from '../model/options.js';
import type { WorkerLike } from '../platform/workers/browserWorkers.js';
import type { ProgressEvent, StageEvent } from '../progress.js';
import type { Results } from '../results/results.js';

/** What an element needs of a model; `FastSAM` of any entry is one. */
export interface ElementModel {
  /** Finds every object of an image. */
  segment(image: string, options: SegmentOptions): Promise<Results>;
}

/** What is under way: the model's download and start, or a stage of the picture. */
export type ElementProgress = ProgressEvent | StageEvent;

interface Loading {
  readonly model: Promise<ElementModel>;
  /** Elements that wait for it. */
  readonly listeners: Set<(event: ProgressEvent) => void>;
}

let maker: (() => WorkerLike) | undefined;

/**
 * Makes the workers of elements by a function of your own, as `setWorker` of `fastsam-tfjs/worker` does: where the bundler does
 * not find the worker's program, or the package comes from another origin.
 * @throws FastSAMError `INVALID_ARGUMENT` for what is no function.
 */
export function setWorker(make: () => WorkerLike): void {
  requireFunction('setWorker', make);
  maker = make;
}

const known = new Map<string, Loading>();

/**
 * The model of a name, path or URL, loaded once a page. One that could not be loaded is tried again by who asks next.
 * @throws what `FastSAM.load` of `fastsam-tfjs/worker` throws.
 */
export async function modelOf(
  source: string,
  options: LoadOptions,
  onProgress: (event: ProgressEvent) => void,
): Promise<ElementModel> {
  const key = JSON.stringify([source, options]);
  const loading = known.get(key) ?? begin(source, options);
  known.set(key, loading);
  loading.listeners.add(onProgress);
  try {
    return await loading.model;
  } catch (error) {
    known.delete(key);
    throw error;
  } finally {
    loading.listeners.delete(onProgress);
  }
}

function begin(source: string, options: LoadOptions): Loading {
  const listeners: Loading['listeners'] = new Set();
  const onProgress = (event: ProgressEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const model = import('./loadModel.js').then(({ FastSAM, setWorker: useMaker }) => {
    if (maker) useMaker(maker);
    return FastSAM.load(source, { ...options, onProgress });
  });
  return { model, listeners };
}
