/** Results in the COCO formats. */
import { cornerParts, type Ring } from '../mask/cornerRings.js';
import { encodeRle } from '../mask/rle.js';
import type { Rle } from '../mask/rleCounts.js';
import { custom, integer, oneOf } from '../options/kinds.js';
import { requireIterable } from '../options/requireKind.js';
import { resolve } from '../options/resolve.js';
import { omitRows, type About, type RowsOf } from '../options/row.js';
import { round, roundBox } from './json.js';
import { requireScene, type SceneRecord } from '../record/record.js';
import type { RunFormat, RunPart } from './format.js';

/** One object. `id` and `iscrowd` make it an entry of a data set, `score` one of a result file; readers take both. */
export interface CocoAnnotation {
  id: number;
  image_id: number;
  category_id: number;
  /** Compressed RLE, or outer rings `[x0, y0, x1, y1, …]` along the corners of pixels. */
  segmentation: Rle | Ring[];
  /** Pixels of the mask. */
  area: number;
  /** The detector's box: left, top, width, height in pixels. */
  bbox: [number, number, number, number];
  iscrowd: 0;
  score: number;
  /** Only where objects were tracked: the track that it belongs to, from 1. */
  track_id?: number;
}

/** How results become COCO annotations. */
export interface CocoOptions {
  /** Number of the image in its file. Default 1. */
  imageId?: number;
  /** Category of all objects. Default: the object's class + 1, so 1 for FastSAM. */
  categoryId?: number;
  /** `rle` (default) is exact; `polygons` can be edited in annotation tools and is exact but for holes, which it loses. */
  segmentation?: 'rle' | 'polygons';
  /** Number of the first annotation. Default 1. */
  firstId?: number;
}

const wholeNumber = (about: About<number>) => integer(0, Number.MAX_SAFE_INTEGER, about);

/** Every option of `toCoco`. */
export const COCO_OPTIONS = {
  imageId: { ...wholeNumber({ text: 'number of the image in its file' }), default: 1 },
  categoryId: wholeNumber({ text: 'category of all objects', otherwise: "the object's class + 1" }),
  segmentation: oneOf(['rle', 'polygons'], { text: 'exact, or editable but without holes', default: 'rle' }),
  firstId: { ...wholeNumber({ text: 'number of the first annotation' }), default: 1 },
} satisfies RowsOf<CocoOptions>;

/** Options of `mergeCoco`. */
export interface MergeCocoOptions extends Omit<CocoOptions, 'imageId' | 'firstId'> {
  /** File names by index. Default: the image's own path, else `image-<number>`. */
  names?: readonly string[];
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && Array.from(value).every((each) => typeof each === 'string');

/** Every option of `mergeCoco`. */
export const MERGE_COCO_OPTIONS = {
  ...omitRows(COCO_OPTIONS, ['imageId', 'firstId']),
  names: custom<readonly string[]>('a list of file names', isTexts, {
    text: 'file names by index',
    otherwise: "the image's own path, else `image-<number>`",
  }),
} satisfies RowsOf<MergeCocoOptions>;

/** A whole data set or result file. */
export interface CocoFile {
  images: { id: number; file_name: string; width: number; height: number }[];
  annotations: CocoAnnotation[];
  categories: { id: number; name: string }[];
}

/** The objects of one image as COCO annotations, in the order of the objects. */
export function resultsToCoco(results: SceneRecord, options: CocoOptions = {}): CocoAnnotation[] {
  const { imageId, firstId, categoryId, segmentation } = resolve(COCO_OPTIONS, options);
  return results.imageMasks.map((mask, i) => {
    const [x1, y1, x2, y2] = results.boxes.at(i);
    return {
      id: firstId + i,
      image_id: imageId,
      category_id: categoryId ?? (results.classes?.[i] ?? 0) + 1,
      segmentation: segmentation === 'polygons' ? cornerParts(mask).map(({ outer }) => outer) : encodeRle(mask),
      area: mask.area,
      bbox: roundBox([x1, y1, x2 - x1, y2 - y1]),
      iscrowd: 0,
      score: round(results.scores[i], 6),
      ...(results.trackIds && { track_id: results.trackIds[i] }),
    };
  });
}

/**
 * Many images in one COCO file. Images are numbered from 1 in the order given, annotations through all of them.
 * Categories are the models' classes + 1, or the one given.
 * @throws FastSAMError `INVALID_ARGUMENT` for what are no results, and wrong options.
 */
export function mergeCoco(all: Iterable<SceneRecord>, options: MergeCocoOptions = {}): CocoFile {
  requireIterable('mergeCoco', all);
  const { names, categoryId, segmentation } = resolve(MERGE_COCO_OPTIONS, options);
  const file: CocoFile = { images: [], annotations: [], categories: [] };
  const categories = new Map<number, string>();
  for (const results of all) {
    requireScene('mergeCoco', results);
    const imageId = file.images.length + 1;
    const { width, height, path } = results.image;
    const name = names?.[imageId - 1] ?? path ?? `image-${imageId}`;
    file.images.push({ id: imageId, file_name: name, width, height });
    const annotations = resultsToCoco(results, {
      segmentation,
      imageId,
      firstId: file.annotations.length + 1,
      ...(categoryId !== undefined && { categoryId }),
    });
    for (const annotation of annotations) file.annotations.push(annotation);
    for (const [index, label] of Object.entries(results.names)) {
      if (categoryId === undefined) categories.set(Number(index) + 1, label);
    }
    for (const { category_id: id } of annotations) if (!categories.has(id)) categories.set(id, 'object');
  }
  if (categoryId !== undefined) categories.set(categoryId, 'object');
  file.categories = sortedCategories(categories);
  return file;
}

/** One COCO file out of those of single images: images and annotations are numbered through from 1, in the order given. */
async function* mergeParts(
  parts: readonly RunPart[],
  { compact }: { readonly compact: boolean },
): AsyncGenerator<string> {
  const line = compact ? '' : '\n';
  const categories = new Map<number, string>();
  let annotations = 0;
  yield '{"images":[';
  for (const [i, { name, width, height }] of parts.entries()) {
    yield `${i > 0 ? ',' : ''}${line}${JSON.stringify({ id: i + 1, file_name: name, width, height })}`;
  }
  yield `${line}],"annotations":[`;
  for (const [i, part] of parts.entries()) {
    const file = JSON.parse(new TextDecoder().decode(await part.read())) as CocoFile;
    for (const annotation of file.annotations) {
      const numbered = { ...annotation, id: annotations + 1, image_id: i + 1 };
      yield `${annotations > 0 ? ',' : ''}${line}${JSON.stringify(numbered)}`;
      annotations++;
    }
    for (const { id, name } of file.categories) categories.set(id, name);
  }
  yield `${line}],"categories":${JSON.stringify(sortedCategories(categories))}}\n`;
}

function sortedCategories(categories: ReadonlyMap<number, string>): CocoFile['categories'] {
  return [...categories].sort(([a], [b]) => a - b).map(([id, name]) => ({ id, name }));
}

export const coco: RunFormat = {
  name: 'coco',
  about: 'one COCO file for all images',
  ending: '.json',
  scope: 'run',
  // The share of an image is a COCO file, too.
  encode: (scene, { name }) => `${JSON.stringify(mergeCoco([scene], { names: [name] }))}\n`,
  merge: mergeParts,
};
