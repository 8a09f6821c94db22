/** COCO- and LVIS-style annotations as the items of a study. */
import { invalidArgument } from '../../errors.js';
import { platform } from '../../platform/platform.js';
import type { CocoTruth } from '../../evaluate/coco/types.js';
import type { Study, StudyFiles, StudyItem } from '../study.js';

/** An image with its annotated objects; `key` is the image's number in the file. */
export interface CocoItem extends StudyItem {
  readonly image: string;
  readonly id: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly truths: readonly CocoTruth[];
}

/** The arguments of studies on such files. */
export const COCO_ARGUMENTS: Study['arguments'] = [
  { name: 'annotations', description: 'COCO- or LVIS-style JSON: instances_val2017.json, lvis_v1_val.json or alike' },
  { name: 'images', description: 'folder of the images, and those below it' },
];

/** A file of annotations. */
export interface CocoData {
  /** In the order of the file. */
  readonly items: readonly CocoItem[];
  readonly categories: ReadonlyMap<number, string>;
  /** SHA-256 of the file. */
  readonly fingerprint: string;
}

/**
 * Reads the annotations and finds their images in a folder: by `file_name` (LVIS: the end of `coco_url`), else by the
 * last part of that name anywhere below.
 * @throws FastSAMError `FILE_UNREADABLE`, and `INVALID_ARGUMENT` for a file of another form or a folder without any of
 *   the images; single missing images fail when they are read.
 */
export async function openCoco(path: string, folder: string, files: StudyFiles): Promise<CocoData> {
  const bytes = await platform().readFile(path);
  const { images, annotations, categories } = parse(bytes, path);
  const present = await files.list(folder);
  const names = new Set(present);
  const byEnd = new Map(present.map((name) => [endOf(name), name]));
  const truths = new Map<unknown, CocoTruth[]>(images.map(({ id }) => [id, []]));
  for (const truth of annotations) truths.get(truth.image_id)?.push(truth);
  let found = 0;
  const items = images.map((entry): CocoItem => {
    const named = fileNameOf(entry, path);
    const name = names.has(named) ? named : byEnd.get(endOf(named));
    if (name !== undefined) found++;
    const { id, width, height } = entry;
    return {
      key: String(id),
      image: platform().joinPath(folder, name ?? named),
      id,
      width,
      height,
      truths: truths.get(id) ?? [],
    };
  });
  if (found === 0) {
    throw invalidArgument(`${folder}: got none of the images that ${path} names`);
  }
  const labels = new Map(categories.map(({ id, name }) => [id, name ?? String(id)]));
  return { items, categories: labels, fingerprint: await platform().sha256(bytes) };
}

interface ImageEntry {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly file_name?: unknown;
  readonly coco_url?: unknown;
}

interface CocoJson {
  readonly images: readonly ImageEntry[];
  readonly annotations: readonly CocoTruth[];
  readonly categories: readonly { readonly id: number; readonly name?: string }[];
}

function parse(bytes: Uint8Array, path: string): CocoJson {
  const wrong = (message: string, cause?: unknown) =>
    invalidArgument(`${path}: ${message}, expected COCO annotations`, { cause });
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw wrong('got no JSON', error);
  }
  if (!isObject(json) || !isListOfObjects(json.images) || !isListOfObjects(json.annotations)) {
    throw wrong('got no images and annotations');
  }
  const categories = isListOfObjects(json.categories) ? json.categories : [];
  if (!json.images.every(isImage)) throw wrong('got an image without id, width or height');
  // Boxes and segmentations are checked where they are compared.
  if (!json.annotations.every(({ image_id, area }) => Number.isInteger(image_id) && Number.isFinite(area))) {
    throw wrong('got an annotation without image_id or area');
  }
  return { images: json.images, annotations: json.annotations, categories } as unknown as CocoJson;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isListOfObjects(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.every(isObject);
}

function isImage({ id, width, height }: Record<string, unknown>): boolean {
  return [id, width, height].every((value) => Number.isInteger(value));
}

function fileNameOf({ id, file_name, coco_url }: ImageEntry, path: string): string {
  if (typeof file_name === 'string') return file_name;
  if (typeof coco_url === 'string') return coco_url.split('/').slice(-2).join('/');
  throw invalidArgument(`${path}: got image ${id} without file_name, expected one`);
}

function endOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
