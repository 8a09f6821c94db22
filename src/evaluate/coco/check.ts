/**
 * COCO's records as programs and files hand them in, checked and put into one form: numbers written as text become
 * numbers, `null` and empty outlines are left out. What is of the form already stays the same object.
 */
import { invalidArgument, located } from '../../errors.js';
import { showValue } from '../../options/showValue.js';
import { parseRle, type Rle, type RleCounts } from '../../mask/rleCounts.js';
import type { CocoDataset, CocoDetection, CocoImage, CocoSegmentation, CocoTruth } from './types.js';

type Fields = Readonly<Record<string, unknown>>;

/** Bounds of an image's sides and pixels, so that arithmetic on pixels' numbers is safe. */
const MOST_SIDE = 2 ** 20;
const MOST_PIXELS = 2 ** 31 - 1;

/**
 * Checks a ground truth: every record, and that masks fit their images. Without `categories` they are those of the
 * annotations.
 * @param what the file or argument, for messages.
 * @throws FastSAMError `INVALID_ARGUMENT` that names the record and its image.
 */
export function cocoDatasetOf(value: unknown, what: string): CocoDataset {
  if (!isFields(value)) throw invalidArgument(`${what}: got ${showValue(value)}, expected COCO annotations`);
  const images = Array.from(listOf(value, 'images', what), (each, i) =>
    imageOf(each, `${what}: image ${i + 1} of the list`),
  );
  const byId = new Map<number, CocoImage>();
  for (const image of images) {
    if (byId.has(image.id)) throw invalidArgument(`${what}: got two images ${image.id}, expected one of each id`);
    byId.set(image.id, image);
  }
  const annotations = Array.from(listOf(value, 'annotations', what), (each, i) => {
    const where = `${what}: ${nameOfTruth(each, i, byId)}`;
    const truth = truthOf(each, where);
    checkMask(truth.segmentation, byId.get(truth.image_id), where);
    return truth;
  });
  const { categories: list = null } = value;
  const categories =
    list === null
      ? [...new Set(annotations.map(({ category_id: id }) => id))].map((id) => ({ id }))
      : Array.from(listOf(value, 'categories', what), (each, i) =>
          categoryOf(each, `${what}: category ${i + 1} of the list`),
        );
  return { images, annotations, categories };
}

/** An annotation in one form. @param where for messages. */
export function truthOf(value: unknown, where: string): CocoTruth {
  const fields = fieldsOf(value, where, 'an annotation');
  const crowd = flagOf(fields.iscrowd, `${where}: iscrowd`);
  return withChanges(fields, {
    image_id: idOf(fields.image_id, `${where}: image_id`),
    category_id: idOf(fields.category_id, `${where}: category_id`),
    bbox: fields.bbox === null ? undefined : boxOf(fields.bbox, where),
    area: areaOf(fields.area, where),
    iscrowd: crowd,
    segmentation: segmentationOf(fields.segmentation, where),
  }) as unknown as CocoTruth;
}

/** An entry of a result file in one form. @param where for messages. */
export function detectionOf(value: unknown, where: string): CocoDetection {
  const fields = fieldsOf(value, where, 'a detection');
  if (typeof fields.score !== 'number' || !Number.isFinite(fields.score)) {
    throw invalidArgument(`${where}: got score ${showValue(fields.score)}, expected a finite number`);
  }
  const none = fields.bbox === null || (Array.isArray(fields.bbox) && fields.bbox.length === 0);
  return withChanges(fields, {
    image_id: idOf(fields.image_id, `${where}: image_id`),
    category_id: idOf(fields.category_id, `${where}: category_id`),
    bbox: none ? undefined : boxOf(fields.bbox, where),
    segmentation: segmentationOf(fields.segmentation, where),
  }) as unknown as CocoDetection;
}

function imageOf(value: unknown, where: string): CocoImage {
  const fields = fieldsOf(value, where, 'an image');
  const id = idOf(fields.id, `${where}: id`);
  const [width, height] = [sideOf(fields.width, `${where}: width`), sideOf(fields.height, `${where}: height`)];
  if (width !== undefined && height !== undefined && width * height > MOST_PIXELS) {
    throw invalidArgument(`${where}: got ${width} x ${height} pixels, expected at most ${MOST_PIXELS} in all`);
  }
  for (const name of ['file_name', 'coco_url'] as const) {
    if (typeof (fields[name] ?? '') === 'string') continue;
    throw invalidArgument(`${where}: got ${name} ${showValue(fields[name])}, expected a text`);
  }
  const names = { file_name: fields.file_name ?? undefined, coco_url: fields.coco_url ?? undefined };
  return withChanges(fields, { id, width, height, ...names }) as unknown as CocoImage;
}

function categoryOf(value: unknown, where: string): CocoDataset['categories'][number] {
  const fields = fieldsOf(value, where, 'a category');
  const name = typeof fields.name === 'string' ? fields.name : undefined;
  return { id: idOf(fields.id, `${where}: id`), ...(name !== undefined && { name }) };
}

/** How messages call an annotation: its number and its image's name. */
function nameOfTruth(value: unknown, i: number, images: ReadonlyMap<number, CocoImage>): string {
  if (!isFields(value)) return `annotation ${i + 1} of the list`;
  const { id, image_id: image } = value;
  const name = images.get(Number(image))?.file_name;
  const own = id === undefined || id === null ? `annotation ${i + 1} of the list` : `annotation ${showValue(id)}`;
  return `${own} (image ${showValue(image)}${name === undefined ? '' : `, ${name}`})`;
}

function checkMask(segmentation: CocoSegmentation | undefined, image: CocoImage | undefined, where: string): void {
  if (segmentation === undefined || isRings(segmentation) || image === undefined) return;
  try {
    const [height, width] = parseRle(segmentation).size;
    if ((image.width ?? width) === width && (image.height ?? height) === height) return;
    throw invalidArgument(
      `RLE: got a mask of ${width} x ${height} pixels, expected ${image.width} x ${image.height} as its image has`,
    );
  } catch (error) {
    throw located(error, where);
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown, where: string, expected: string): Fields {
  if (isFields(value)) return value;
  throw invalidArgument(`${where}: got ${showValue(value)}, expected ${expected}`);
}

function listOf(fields: Fields, name: string, what: string): readonly unknown[] {
  const list = fields[name];
  if (Array.isArray(list)) return list as readonly unknown[];
  throw invalidArgument(`${what}: got no list "${name}", expected COCO annotations`);
}

/** The same object unless a field changes; fields that become undefined go. */
function withChanges(fields: Fields, changes: Fields): Fields {
  const changed = Object.entries(changes).filter(([name, value]) => fields[name] !== value);
  if (changed.length === 0) return fields;
  const all = new Map(Object.entries(fields));
  for (const [name, value] of changed) {
    if (value === undefined) all.delete(name);
    else all.set(name, value);
  }
  return Object.fromEntries(all);
}

const WHOLE = /^-?\d{1,15}$/;

function idOf(value: unknown, where: string): number {
  const id = typeof value === 'string' && WHOLE.test(value.trim()) ? Number(value) : value;
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id;
  throw invalidArgument(`${where}: got ${showValue(value)}, expected a whole number`);
}

function sideOf(value: unknown, where: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const side = idOf(value, where);
  if (side >= 1 && side <= MOST_SIDE) return side;
  throw invalidArgument(`${where}: got ${side}, expected pixels from 1 to ${MOST_SIDE}`);
}

function flagOf(value: unknown, where: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === 0 || value === 1) return value;
  if (value === true || value === '1') return 1;
  if (value === false || value === '0') return 0;
  throw invalidArgument(`${where}: got ${showValue(value)}, expected 0 or 1`);
}

function areaOf(value: unknown, where: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw invalidArgument(
    `${where}: got area ${showValue(value)}, expected pixels from 0 on; leave it out to have it counted`,
  );
}

function boxOf(value: unknown, where: string): readonly number[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.length === 4 && value.every((each) => Number.isFinite(each)))
    return value as number[];
  throw invalidArgument(`${where}: got bbox ${showValue(value)}, expected [left, top, width, height] in pixels`);
}

/** Outlines without those that have no corner; undefined where none is left. */
function segmentationOf(value: unknown, where: string): CocoSegmentation | undefined {
  if (value === undefined || value === null) return undefined;
  if (isFields(value) && 'counts' in value && 'size' in value) return value as unknown as Rle | RleCounts;
  if (!Array.isArray(value)) {
    throw invalidArgument(`${where}: got segmentation ${showValue(value)}, expected polygons or { size, counts }`);
  }
  const rings = value as readonly unknown[];
  for (const ring of rings) {
    const good =
      Array.isArray(ring) && (ring.length === 0 || ring.length >= 4) && ring.every((n) => Number.isFinite(n));
    if (good) continue;
    throw invalidArgument(
      `${where}: got the polygon ${showValue(ring)}, expected [x0, y0, x1, y1, …] of finite numbers; polygons stand in a list`,
    );
  }
  const filled = rings.filter((ring) => (ring as readonly number[]).length > 0);
  if (filled.length === rings.length && rings.length > 0) return value as CocoSegmentation;
  return filled.length === 0 ? undefined : (filled as CocoSegmentation);
}

/** Whether a segmentation is a list of polygons. */
export function isRings(segmentation: CocoSegmentation): segmentation is readonly (readonly number[])[] {
  return Array.isArray(segmentation);
}
