/** The images of a data set with what their label files say. */
import { FastSAMError, invalidArgument, throwIfAborted } from '../../errors.js';
import { plural } from '../../options/showValue.js';
import { platform } from '../../platform/platform.js';
import { readText } from '../../platform/textFiles.js';
import { readImage, type ReadOptions } from '../../source/readImage.js';
import type { YoloDataset } from './dataset.js';
import { parseYoloLabels, type YoloLabels, type YoloObject } from './labels.js';
import { labelsOf } from './splitFiles.js';

/** An image that was left out. */
export interface SkippedImage {
  readonly image: string;
  readonly reason: string;
}

/** An image that is evaluated, with its objects. */
export interface LabelledImage {
  readonly image: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly objects: readonly YoloObject[];
}

/** The images of a run. */
export interface LabelledImages {
  readonly items: readonly LabelledImage[];
  /** Those that cannot be read and those whose label file is wrong, as in Ultralytics. */
  readonly skipped: readonly SkippedImage[];
  readonly notes: readonly string[];
  /** Whether all objects have outlines; else none has. */
  readonly masked: boolean;
}

const MOST_LABEL_BYTES = 16 * 2 ** 20;
/** Shorter sides are refused by Ultralytics. */
const SHORTEST_SIDE = 10;

/** What was found beside the images. */
interface Findings {
  /** Label files without an object in them count. */
  files: number;
  /** Images without a label file, and where that of the first was looked for. */
  missing: number;
  firstMissing: string;
  repeated: number;
  firstRepeated: string;
  /** The first label file of each kind. */
  boxes: string | undefined;
  outlines: string | undefined;
}

/**
 * Reads sizes and labels of a data set's images.
 * @param data the yaml, for messages.
 * @throws FastSAMError `INVALID_ARGUMENT` if no image can be used, nothing is labelled, or some files hold boxes and others
 *   outlines; `ABORTED`.
 */
export async function readItems(
  data: string,
  { images, names }: YoloDataset,
  options: ReadOptions & { readonly limit?: number; readonly singleClass: boolean },
): Promise<LabelledImages> {
  const reading = readingOf(options);
  const { signal } = reading;
  const items: LabelledImage[] = [];
  const skipped: SkippedImage[] = [];
  const found: Findings = {
    files: 0,
    missing: 0,
    firstMissing: '',
    repeated: 0,
    firstRepeated: '',
    boxes: undefined,
    outlines: undefined,
  };
  for (const { image, labels } of images.slice(0, options.limit)) {
    throwIfAborted(signal);
    try {
      const { width, height } = await readImage(image, reading);
      if (Math.min(width, height) < SHORTEST_SIDE)
        throw invalidArgument(`it has ${width} x ${height} pixels, expected ${SHORTEST_SIDE} at least`);
      const read = await readLabels(image, labels, options.singleClass ? Infinity : names.length, found);
      if (typeof read === 'string') throw invalidArgument(`its labels have ${read}`);
      items.push({ image, width, height, objects: read.objects });
    } catch (error) {
      throwIfAborted(signal);
      if (!(error instanceof FastSAMError)) throw error;
      skipped.push({ image, reason: error.message });
    }
  }
  const masked = requireSomething(data, items, skipped, found);
  return { items, skipped, notes: notesOf(found, items.length), masked };
}

/** Those of a run's options that are `readImage`'s, the same when sizes are read and when images are evaluated. */
export function readingOf({ maxPixels, window, signal }: ReadOptions): ReadOptions {
  return { maxPixels, window, signal };
}

/** An image without a label file has no objects. */
async function readLabels(
  image: string,
  labels: string,
  classes: number,
  found: Findings,
): Promise<YoloLabels | string> {
  const path = await labelFile(image, labels);
  if (path === undefined) {
    if (found.missing++ === 0) found.firstMissing = labels;
    return { objects: [], repeated: 0 };
  }
  found.files++;
  const read = parseYoloLabels(await readText(path, MOST_LABEL_BYTES), classes);
  if (typeof read === 'string') return read;
  if (read.repeated > 0 && found.repeated === 0) found.firstRepeated = path;
  found.repeated += read.repeated;
  if (read.objects.length > 0) {
    if (read.objects[0].outline) found.outlines ??= path;
    else found.boxes ??= path;
  }
  return read;
}

/** Beside the image as it is named, else beside the file that a symbolic link leads to, where Ultralytics looks. */
async function labelFile(image: string, labels: string): Promise<string | undefined> {
  const here = platform();
  if ((await here.stat(labels))?.kind === 'file') return labels;
  const real = labelsOf((await here.realPath?.(image)) ?? image);
  return real !== labels && (await here.stat(real))?.kind === 'file' ? real : undefined;
}

/** The error for data of which no image can be used. */
export function noneUsable(data: string, skipped: readonly SkippedImage[]): FastSAMError {
  const [first] = skipped;
  const all = plural(skipped.length, 'image');
  return invalidArgument(`${data}: got ${all}, of which none can be used; ${first.image}: ${first.reason}`);
}

/** Numbers of nothing would be zeros that look like a bad model's. */
function requireSomething(
  data: string,
  items: readonly LabelledImage[],
  skipped: readonly SkippedImage[],
  { files, firstMissing, boxes, outlines }: Findings,
): boolean {
  if (items.length === 0) throw noneUsable(data, skipped);
  const count = plural(items.length, 'image');
  if (files === 0) {
    throw invalidArgument(
      `${data}: got ${count} and no label file, expected ${firstMissing}; put labels/ beside images/, or name the right split`,
    );
  }
  if (boxes !== undefined && outlines !== undefined) {
    throw invalidArgument(
      `${data}: got boxes in ${boxes} and outlines in ${outlines}, expected one kind in all label files; mend or remove some`,
    );
  }
  if (boxes !== undefined || outlines !== undefined) return outlines !== undefined;
  throw invalidArgument(
    `${data}: got ${count} and no object in ${plural(files, 'label file')}, expected some; raise limit, or label the images`,
  );
}

function notesOf(found: Findings, images: number): string[] {
  const notes: string[] = [];
  if (found.missing > 0) {
    const [verb, counts] = found.missing === 1 ? ['has', 'counts'] : ['have', 'count'];
    notes.push(
      `${found.missing} of ${plural(images, 'image')} ${verb} no label file and ${counts} as empty; the first is ${found.firstMissing}`,
    );
  }
  if (found.repeated > 0)
    notes.push(`left out ${plural(found.repeated, 'repeated label')}, the first in ${found.firstRepeated}`);
  return notes;
}
