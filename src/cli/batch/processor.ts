/** One image of a batch: read, segmented, written. */
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BatchFormat } from '../../batch/identity.js';
import type { BatchItem } from '../../batch/names.js';
import type { DoneRecord } from '../../batch/records.js';
import { resultsToSa1b } from '../../batch/sa1b.js';
import { FastSAMError } from '../../errors.js';
import { readImage } from '../../source/readImage.js';
import type { FastSAM } from '../../fastsam.js';
import type { SegmentOptions } from '../../model/options.js';
import { codeOf, fileError } from '../../platform/fileErrors.js';
import { platform } from '../../platform/platform.js';
import { mergeCoco } from '../../results/coco.js';
import { resultsToJson } from '../../results/json.js';
import type { Results } from '../../results/results.js';
import { makeFolder } from '../files.js';
import { pathFor, writeFormats } from '../formats.js';
import { layout, outputPath, processName } from './layout.js';

/** What is done with each image. Plain data, so that it can be sent to other processes. */
export interface ImageTask {
  readonly out: string;
  readonly formats: readonly BatchFormat[];
  readonly options: SegmentOptions;
  readonly clean: boolean;
  readonly largest: boolean;
}

/**
 * Writes the files of images. A file is made in a folder of this process' own and then moved to its name, so whatever
 * lies there is whole; doing an image again, here or elsewhere, writes the same bytes.
 */
export class ImageProcessor {
  #turn: Promise<unknown> = Promise.resolve();
  readonly #folders = new Set<string>();
  #made = 0;

  private constructor(
    private readonly model: FastSAM,
    private readonly staging: string,
  ) {}

  /** @throws FastSAMError `WRITE_FAILED` */
  static async create(model: FastSAM, out: string): Promise<ImageProcessor> {
    const staging = join(layout.staging(out), processName());
    await makeFolder(staging);
    return new ImageProcessor(model, staging);
  }

  /**
   * Does an image. Calls may overlap: one is read and another written while a third is in the network.
   * @throws FastSAMError what reading, `segment` and writing throw; see `isImagesFault`.
   */
  async process(item: BatchItem, task: ImageTask): Promise<DoneRecord> {
    const image = readImage(item.input);
    const mine = Promise.allSettled([image, this.#turn]).then(async () =>
      this.model.segment({ ...(await image), path: item.key }, task.options),
    );
    this.#turn = mine.catch(() => undefined);
    const found = await mine;
    const { clean, largest } = task;
    const results = clean || largest ? found.refine({ clean, largest }) : found;
    for (const format of task.formats) await this.#write(results, item, format, task.out);
    const { width, height } = results.image;
    return { key: item.key, stem: item.stem, width, height, objects: results.length };
  }

  /** Removes what this process left on its way. */
  async close(): Promise<void> {
    await rm(this.staging, { recursive: true, force: true }).catch(() => undefined);
  }

  async #write(results: Results, item: BatchItem, format: BatchFormat, out: string): Promise<void> {
    const name = String(this.#made++);
    const made = await writeInto(this.staging, name, results, item, format);
    const path = outputPath(out, item.stem, format);
    const folder = dirname(path);
    if (!this.#folders.has(folder)) await makeFolder(folder);
    this.#folders.add(folder);
    try {
      if (format === 'cutout') await rm(path, { recursive: true, force: true }); // a folder takes no other's place
      await rename(made, path);
    } catch (error) {
      throw fileError('write', path, error);
    }
  }
}

/** Writes a file (for `cutout`: folder) of a format; the path. */
async function writeInto(
  folder: string,
  name: string,
  results: Results,
  item: BatchItem,
  format: BatchFormat,
): Promise<string> {
  const content = await jsonOf(results, item, format);
  if (content === undefined) return (await writeFormats(results, folder, name, [format as 'png']))[0];
  const path = pathFor('json', folder, name);
  await platform().writeFileAtomic(path, new TextEncoder().encode(`${JSON.stringify(content)}\n`));
  return path;
}

/** The content of the formats that are JSON. Nothing in it differs from run to run: times are left out. */
async function jsonOf(results: Results, { key }: BatchItem, format: BatchFormat): Promise<object | undefined> {
  switch (format) {
    case 'json':
      return { ...resultsToJson(results), speed: undefined };
    case 'coco':
      return mergeCoco([results], { names: [key] });
    case 'sa1b':
      return resultsToSa1b(results, key);
    default:
      return undefined;
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
