/** One image of a batch: read, segmented, written. */
import { FastSAMError } from '../errors.js';
import type { OutputFormat } from '../formats/format.js';
import { writeScene } from '../formats/write.js';
import type { SegmentOptions } from '../model/options.js';
import type { Segmenter } from '../model/segmenter.js';
import { codeOf } from '../platform/fileErrors.js';
import { disk, platform } from '../platform/platform.js';
import type { Results } from '../results/results.js';
import { readImage } from '../source/readImage.js';
import { layout, outputPath } from './layout.js';
import type { BatchItem } from './names.js';
import type { DoneRecord } from './records.js';

/** What is done with each image. */
export interface BatchTask {
  readonly out: string;
  readonly formats: readonly OutputFormat[];
  readonly options: SegmentOptions;
  /** As in `RefineOptions`. */
  readonly clean: boolean;
  readonly largest: boolean;
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
   * Does an image. Calls may overlap: one is read and another written while a third is in the network.
   * @throws FastSAMError what reading, `segment` and writing throw; see `isImagesFault`.
   */
  async process(item: BatchItem): Promise<DoneRecord> {
    const { options, clean, largest, formats } = this.#task;
    const image = readImage(item.input, { maxPixels: options.maxPixels, window: options.window });
    const mine = Promise.allSettled([image, this.#turn]).then(async () =>
      this.#model.segment({ ...(await image), path: item.key }, options),
    );
    this.#turn = mine.catch(() => undefined);
    const found = await mine;
    const results = clean || largest ? found.refine({ clean, largest }) : found;
    for (const format of formats) await this.#write(results, item, format);
    const { width, height } = results.image;
    return { key: item.key, stem: item.stem, width, height, objects: results.length };
  }

  /** Removes what this process left on its way. */
  async close(): Promise<void> {
    await disk()
      .remove(this.#staging)
      .catch(() => undefined);
  }

  async #write(results: Results, { key, stem }: BatchItem, format: OutputFormat): Promise<void> {
    const made = platform().joinPath(this.#staging, `${this.#made++}${format.ending}`);
    await writeScene(format, results, made, { name: key, reproducible: true, options: {} });
    const path = outputPath(this.#task.out, stem, format);
    const folder = platform().joinPath(path, '..');
    if (!this.#folders.has(folder)) await disk().makeFolder(folder);
    this.#folders.add(folder);
    if (format.scope === 'folder') await disk().remove(path); // a folder cannot take the place of another
    await disk().move(made, path);
  }
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
