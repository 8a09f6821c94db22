/** COCO- and LVIS-style annotations as the items of a study. */
import { invalidArgument } from '../../errors.js';
import { imageFiles, readCocoFile } from '../../evaluate/coco/file.js';
import { completeTruth, type Complete } from '../../evaluate/coco/shapes.js';
import type { CocoTruth } from '../../evaluate/coco/types.js';
import type { Results } from '../../results/results.js';
import type { Study, StudyFiles, StudyItem } from '../study.js';

/** An image with its annotated objects; `key` is the image's number in the file. */
export interface CocoItem extends StudyItem {
  readonly image: string;
  readonly id: number;
  /** Pixels; undefined where the file does not say. */
  readonly width: number | undefined;
  readonly height: number | undefined;
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
 * Reads the annotations and finds their images in a folder and those below it, see `imageFiles`.
 * @throws FastSAMError `FILE_UNREADABLE`, and `INVALID_ARGUMENT` for a file of another form or a folder without any of
 *   the images; single missing images fail when they are read.
 */
export async function openCoco(path: string, folder: string, files: StudyFiles): Promise<CocoData> {
  const { data, fingerprint } = await readCocoFile(path);
  const { images, annotations, categories } = data;
  const found = imageFiles(images, { path, folder, present: await files.list(folder) });
  const truths = new Map<number, CocoTruth[]>(images.map(({ id }) => [id, []]));
  for (const truth of annotations) truths.get(truth.image_id)?.push(truth);
  const items = images.map(({ id, width, height }, i): CocoItem => {
    return { key: String(id), image: found[i], id, width, height, truths: truths.get(id) ?? [] };
  });
  if (items.every((item) => item.truths.length === 0)) {
    throw invalidArgument(`${path}: got no annotation of its images, expected some`);
  }
  return { items, categories: new Map(categories.map(({ id, name }) => [id, name ?? String(id)])), fingerprint };
}

/**
 * Checks that all objects have masks.
 * @param advice what else can be done.
 * @throws FastSAMError `INVALID_ARGUMENT` that names the first annotation without one.
 */
export function requireMasks(path: string, items: readonly CocoItem[], advice: string): void {
  for (const { id: image, truths } of items) {
    const bare = truths.find(({ segmentation }) => segmentation === undefined);
    if (bare === undefined) continue;
    throw invalidArgument(
      `${path}: got annotation ${bare.id ?? 'without id'} of image ${image} without segmentation, expected one; ${advice}`,
    );
  }
}

/**
 * The objects of an image whose pixels are known now, with their boxes and areas.
 * @throws FastSAMError `INVALID_ARGUMENT` for an image of another size than the annotations say, and broken masks.
 */
export function objectsOf<T extends CocoTruth>(
  item: Pick<CocoItem, 'width' | 'height'> & { readonly truths: readonly T[] },
  scene: Results,
): { readonly width: number; readonly height: number; readonly truths: readonly Complete<T>[] } {
  const { width, height } = scene.image;
  if ((item.width ?? width) !== width || (item.height ?? height) !== height) {
    throw invalidArgument(
      `image: got ${width} x ${height} pixels, expected ${item.width} x ${item.height} as its annotations say`,
    );
  }
  return { width, height, truths: item.truths.map((truth) => completeTruth(truth, width, height)) };
}
