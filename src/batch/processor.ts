/** One image of a batch: read, segmented, written. */
import { FastSAMError, throwIfAborted } from '../errors.js';
import type { OutputFormat } from '../formats/format.js';
import { writeScene } from '../formats/write.js';
import type { SegmentOptions } from '../model/options.js';
import type { Segmenter } from '../model/segmenter.js';
import { codeOf } from '../platform/fileErrors.js';
import { disk, platform } from '../platform/platform.js';
import type { Results } from '../results/results.js';
import { readImage } from '../source/readImage.js';
import { layout, outputPath, requireInside } from './layout.js';
import type { BatchItem } from './names.js';
import { isUrl } from '../source/url.js';
import type { DoneRecord, OutputStamp } from './records.js';
import { quickStamp, stampOf } from './stamps.js';

/** What is done with each image. */
export interface BatchTask {
  readonly out: string;
  readonly formats: readonly OutputFormat[];
  readonly options: SegmentOptions;
  /** As in `RefineOptions`. */
  readonly clean: boolean;
  readonly largest: boolean;
}

/** How far an image is: being read, waiting for the network, in the network or being written. */
export type ImageStage = 'reading' | 'waiting' | 'working';

/** Who looks after an image that is being done. */
export interface ImageWatch {
  readonly onStage?: (stage: ImageStage) => void;
  /** Fires: the image is given up. */
  readonly signal?: AbortSignal;
}

/** The promise, or `ABORTED` as soon as the signal fires. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let onAbort: () => void = () => undefined;
  const given = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(new FastSAMError('ABORTED', 'aborted by the caller', { cause: signal.reason }));
    };
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, given]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Writes the files of images. A file is made in a folder of this process' own and then moved to its name, so whatever
 * lies there is whole; doing an image again, here or elsewhere, writes the same bytes.
 */
export class ImageProcessor {
  readonly #model: Pick<Segmenter, 'segment'>;
  readonly #task: BatchTask;
  readonly #staging: string;
  readonly #folders = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();
  #made = 0;

  private constructor(model: Pick<Segmenter, 'segment'>, task: BatchTask, staging: string) {
    this.#model = model;
    this.#task = task;
    this.#staging = staging;
  }

  /** @throws FastSAMError `WRITE_FAILED` */
  static async create(model: Pick<Segmenter, 'segment'>, task: BatchTask): Promise<ImageProcessor> {
    const staging = platform().joinPath(layout.staging(task.out), disk().processName());
    await disk().makeFolder(staging);
    return new ImageProcessor(model, task, staging);
  }

  /**
   * Does an image. Calls may overlap: one is read and another written while a third is in the network. An image that is
   * never read holds up no other.
   * @param watch learns how far it is, and may give it up; what the system or the network is at goes on until it ends.
   * @throws FastSAMError what reading, `segment` and writing throw; see `isImagesFault`.
   */
  async process(item: BatchItem, { onStage, signal }: ImageWatch = {}): Promise<DoneRecord> {
    const { options, clean, largest, formats } = this.#task;
    onStage?.('reading');
    const source = isUrl(item.input) ? undefined : await unlessAborted(quickStamp(item.input), signal);
    const reading = readImage(item.input, { maxPixels: options.maxPixels, window: options.window, signal });
    const image = await unlessAborted(reading.catch(throwAsImagesFault), signal);
    onStage?.('waiting');
    const mine = this.#turn.then(() => {
      onStage?.('working');
      return unlessAborted(this.#model.segment({ ...image, path: item.key }, { ...options, signal }), signal);
    });
    this.#turn = mine.catch(() => undefined);
    const found = await mine;
    const results = clean || largest ? found.refine({ clean, largest }) : found;
    const outputs: OutputStamp[] = [];
    for (const format of formats) {
      throwIfAborted(signal);
      outputs.push(await unlessAborted(this.#write(results, item, format), signal));
    }
    const { width, height } = results.image;
    const { key, stem } = item;
    const about = { at: Date.now(), ...(source && { source }), outputs };
    return { key, stem, width, height, objects: results.length, ...about };
  }

  /** Removes what this process left on its way. */
  async close(): Promise<void> {
    await disk()
      .remove(this.#staging)
      .catch(() => undefined);
  }

  async #write(results: Results, { key, stem }: BatchItem, format: OutputFormat): Promise<OutputStamp> {
    const made = platform().joinPath(this.#staging, `${this.#made++}${format.ending}`);
    await writeScene(format, results, made, { name: key, reproducible: true, options: {} });
    const stamp = await stampOf(made);
    const path = outputPath(this.#task.out, stem, format);
    const folder = platform().joinPath(path, '..');
    if (!this.#folders.has(folder)) {
      await requireInside(this.#task.out, folder);
      await disk().makeFolder(folder);
      this.#folders.add(folder);
    }
    if (format.scope === 'folder') await disk().remove(path); // a folder cannot take the place of another
    await disk().move(made, path);
    if (stamp) return stamp;
    throw new FastSAMError(
      'WRITE_FAILED',
      `cannot write ${path}: it was removed meanwhile; let no other program clean the folder`,
    );
  }
}

/** Options were checked before the first image, so an argument that reading refuses is the address in a list. */
function throwAsImagesFault(error: unknown): never {
  if (!(error instanceof FastSAMError) || error.code !== 'INVALID_ARGUMENT') throw error;
  throw new FastSAMError('FILE_UNREADABLE', error.message, { cause: error });
}

const ENDS_THE_BATCH: ReadonlySet<string> = new Set(['WRITE_FAILED', 'INVALID_ARGUMENT']);

/** Whether the next image would run into an error, too. The rest (a lost device, no memory) may pass with a new process. */
export function endsTheBatch(error: unknown): error is FastSAMError {
  return error instanceof FastSAMError && ENDS_THE_BATCH.has(error.code) && !isImagesFault(error);
}

const IMAGES_FAULT: ReadonlySet<string> = new Set(['INVALID_IMAGE', 'FILE_UNREADABLE', 'DOWNLOAD_FAILED']);

/** Whether an error concerns one image: the others may well go through. */
export function isImagesFault(error: unknown): error is FastSAMError {
  if (!(error instanceof FastSAMError)) return false;
  return IMAGES_FAULT.has(error.code) || (error.code === 'WRITE_FAILED' && codeOf(error.cause) === 'ENAMETOOLONG');
}
