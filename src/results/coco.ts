/** Results in the COCO formats. */
import { encodeRle } from '../mask/rle.js';
import type { Rle } from '../mask/rleCounts.js';
import { cornerRings, type Ring } from './cornerRings.js';
import { round, roundBox } from './json.js';
import type { SceneRecord } from './record.js';

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

/** A whole data set or result file. */
export interface CocoFile {
  images: { id: number; file_name: string; width: number; height: number }[];
  annotations: CocoAnnotation[];
  categories: { id: number; name: string }[];
}

/** The objects of one image as COCO annotations, in the order of the objects. */
export function resultsToCoco(results: SceneRecord, options: CocoOptions = {}): CocoAnnotation[] {
  const { imageId = 1, firstId = 1 } = options;
  return results.imageMasks.map((mask, i) => {
    const [x1, y1, x2, y2] = results.boxes.at(i);
    return {
      id: firstId + i,
      image_id: imageId,
      category_id: options.categoryId ?? (results.classes?.[i] ?? 0) + 1,
      segmentation: options.segmentation === 'polygons' ? cornerRings(mask) : encodeRle(mask),
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
 * @param names file names by index; where there is none, the image's own path, else `image-<number>`.
 */
export function mergeCoco(
  all: Iterable<SceneRecord>,
  options: Omit<CocoOptions, 'imageId' | 'firstId'> & { names?: readonly string[] } = {},
): CocoFile {
  const file: CocoFile = { images: [], annotations: [], categories: [] };
  const categories = new Map<number, string>();
  for (const results of all) {
    const imageId = file.images.length + 1;
    const { width, height, path } = results.image;
    const name = options.names?.[imageId - 1] ?? path ?? `image-${imageId}`;
    file.images.push({ id: imageId, file_name: name, width, height });
    const annotations = resultsToCoco(results, { ...options, imageId, firstId: file.annotations.length + 1 });
    for (const annotation of annotations) file.annotations.push(annotation);
    for (const [index, label] of Object.entries(results.names)) {
      if (options.categoryId === undefined) categories.set(Number(index) + 1, label);
    }
    for (const { category_id: id } of annotations) if (!categories.has(id)) categories.set(id, 'object');
  }
  if (options.categoryId !== undefined) categories.set(options.categoryId, 'object');
  file.categories = [...categories].sort(([a], [b]) => a - b).map(([id, name]) => ({ id, name }));
  return file;
}
