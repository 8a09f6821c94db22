/** The folder of `--predictions`: COCO results of all images in one file, and images by kind. */
import { appendFile, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RgbImage } from '../../image/rgbImage.js';
import type { LineWriter } from '../../platform/diskTypes.js';
import { fileError } from '../../platform/fileErrors.js';
import { disk, platform } from '../../platform/platform.js';
import type { StudyItem, StudyPrediction } from '../../studies/study.js';

/** The lines of a run that may go on: an image's key and its objects. */
const LINES = 'predictions.jsonl';
/** A list of COCO results, as pycocotools' `loadRes` takes it. */
const RESULTS = 'predictions.json';
/** The images' numbers in the results. */
const IMAGES = 'images.json';

/** Takes predictions image by image. */
export class PredictionWriter {
  readonly #folder: string;
  readonly #lines: LineWriter;
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(folder: string, lines: LineWriter, ids: ReadonlyMap<string, number>) {
    this.#folder = folder;
    this.#lines = lines;
    this.#ids = ids;
  }

  /**
   * @param ids the number of each image.
   * @param goesOn whether the lines of an earlier run stay.
   */
  static async open(folder: string, ids: ReadonlyMap<string, number>, goesOn: boolean): Promise<PredictionWriter> {
    await disk().requireFolder(folder);
    const path = join(folder, LINES);
    if (goesOn) await endLine(path);
    return new PredictionWriter(folder, await disk().openLines(path, goesOn ? 'a' : 'w'), ids);
  }

  /** Writes what was found in an image; from then on it survives the process. */
  async add({ key }: StudyItem, { objects = [], images = {} }: StudyPrediction): Promise<void> {
    for (const [kind, image] of Object.entries(images)) await writePng(join(this.#folder, kind, `${key}.png`), image);
    await this.#lines.add({ key, objects });
  }

  /** Makes the one file of all results, after `close`. */
  async finish(): Promise<void> {
    await disk().writePieces(join(this.#folder, RESULTS), resultPieces(join(this.#folder, LINES)));
    const images = [...this.#ids].map(([key, id]) => ({ id, file_name: key }));
    await platform().writeFileAtomic(
      join(this.#folder, IMAGES),
      new TextEncoder().encode(`${JSON.stringify(images)}\n`),
    );
  }

  /** Leaves the lines for a run that goes on. */
  async close(): Promise<void> {
    await this.#lines.close();
  }
}

/** Writes an image, with the folders above it. */
export async function writePng(path: string, { data, width, height }: RgbImage): Promise<void> {
  await disk().makeFolder(dirname(path));
  await platform().writeFileAtomic(path, await platform().encodePng(data, width, height));
}

/** The results of all lines; the first of several of one image, none of a line that was cut off or says something else. */
async function* resultPieces(path: string): AsyncGenerator<string, void> {
  const seen = new Set<string>();
  let before = '[';
  for await (const line of disk().readLines(path)) {
    const found = parse(line);
    if (!found || seen.has(found.key)) continue;
    seen.add(found.key);
    for (const object of found.objects) {
      yield `${before}\n${JSON.stringify(object)}`;
      before = ',';
    }
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

function parse(line: string): { readonly key: string; readonly objects: readonly unknown[] } | undefined {
  try {
    const found = JSON.parse(line) as ReturnType<typeof parse> | null;
    return Array.isArray(found?.objects) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** A killed run may have left half a line, which the next one must not continue. */
async function endLine(path: string): Promise<void> {
  try {
    const file = await open(path, 'r').catch(() => undefined);
    if (!file) return;
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    await file.close();
    if (size > 0 && last.toString() !== '\n') await appendFile(path, '\n');
  } catch (error) {
    throw fileError('write', path, error);
  }
}
