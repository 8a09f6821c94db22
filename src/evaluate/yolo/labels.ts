/**
 * YOLO label files: one object a line, its class and its outline (or box) in shares of the image's sides. What makes a
 * file wrong, and which lines are the same, is decided as in Ultralytics' `verify_image_label`, in float32.
 */

/** An object of a label file. */
export interface YoloObject {
  readonly class: number;
  /** `[x0, y0, x1, y1, …]`, 0 … 1; undefined where the file has boxes only. */
  readonly outline: Float32Array | undefined;
  /** Centre x, centre y, width, height, 0 … 1, float32. */
  readonly box: Float32Array;
}

/** A sound label file. */
export interface YoloLabels {
  readonly objects: readonly YoloObject[];
  /** Lines that were left out, because another says the same. */
  readonly repeated: number;
}

/** Boxes may leave the image by so much. */
const TOLERANCE = 0.01;
const LOW = Math.fround(-TOLERANCE);
const HIGH = Math.fround(1 + TOLERANCE);
/** More fields than this in a line make the file one of outlines. */
const LONGEST_BOX_LINE = 6;
/** Digits are matched in one way only, so that a long run before a letter takes no longer than it is. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Reads a label file.
 * @param classes how many there are; Infinity where all are one.
 * @returns the objects, or what is wrong with the file: Ultralytics leaves such images out.
 */
export function parseYoloLabels(text: string, classes = Infinity): YoloLabels | string {
  const rows: (readonly number[])[] = [];
  for (const line of text.split(/[\r\n\v\f]/)) {
    if (line.trim() === '') continue;
    const fields = line.trim().split(/\s+/);
    const other = fields.find((field) => !NUMBER.test(field));
    if (other !== undefined) return `'${other.slice(0, 40)}', which is no number`;
    rows.push(fields.map((field) => Math.fround(Number(field))));
  }
  const outlines = rows.some((row) => row.length > LONGEST_BOX_LINE);
  const misfit = rows.map((row) => wrongLength(row.length, outlines)).find((wrong) => wrong !== undefined);
  if (misfit !== undefined) return misfit;
  const objects = rows.map(([number, ...values]) => objectOf(number, Float32Array.from(values), outlines));
  for (const object of objects) {
    const wrong = wrongObject(object, classes);
    if (wrong !== undefined) return wrong;
  }
  return withoutRepeated(objects);
}

function wrongLength(fields: number, outlines: boolean): string | undefined {
  if (outlines && fields === 5) return 'lines of boxes among lines of outlines';
  const fits = outlines ? fields >= 3 && fields % 2 === 1 : fields === 5;
  return fits ? undefined : `a line of ${fields} numbers`;
}

function objectOf(number: number, values: Float32Array, outlines: boolean): YoloObject {
  return outlines
    ? { class: number, outline: values, box: boxOfOutline(values) }
    : { class: number, outline: undefined, box: values };
}

/** Corners of an outline are not checked, its box is. */
function wrongObject({ class: number, box }: YoloObject, classes: number): string | undefined {
  if (!Number.isInteger(number) || number < 0) return `class ${number}, which is no whole number from 0 on`;
  if (number >= classes) return `class ${number}, where the yaml has 0 to ${classes - 1}`;
  const names = ['centre x', 'centre y', 'width', 'height'];
  // Not `value > HIGH`: a number that is too large for float32 is infinite, the box of such an outline is NaN.
  const at = box.findIndex((value, i) => !(value <= HIGH && value >= (i < 2 ? LOW : 0)));
  if (at < 0) return undefined;
  return `a box with ${names[at]} ${Number(box[at].toPrecision(6))}, outside the image`;
}

/**
 * The objects, each once. Boxes count as the same by class and box; outlines by class and corners. As Ultralytics leaves
 * them: where one was removed the rest are sorted, boxes by value, outlines by their bytes.
 */
function withoutRepeated(objects: readonly YoloObject[]): YoloLabels {
  const boxKey = ({ class: number, box }: YoloObject) => [number, ...box].join(' ');
  if (new Set(objects.map(boxKey)).size === objects.length) return { objects, repeated: 0 };
  const byKey = new Map<string, { readonly object: YoloObject; readonly bytes: Uint8Array }>();
  for (const object of objects) {
    const bytes = bytesOf(object);
    const key = object.outline ? bytes.join(' ') : boxKey(object);
    if (!byKey.has(key)) byKey.set(key, { object, bytes });
  }
  const repeated = objects.length - byKey.size;
  if (repeated === 0) return { objects, repeated };
  const sorted = [...byKey.values()].sort((a, b) =>
    a.object.outline ? compare(a.bytes, b.bytes) : compare(valuesOf(a.object), valuesOf(b.object)),
  );
  return { objects: sorted.map(({ object }) => object), repeated };
}

const valuesOf = ({ class: number, box }: YoloObject) => [number, ...box];

/** Class and corners as NumPy holds them. */
function bytesOf({ class: number, outline = new Float32Array(0) }: YoloObject): Uint8Array {
  const values = new Float32Array(1 + outline.length);
  values[0] = number;
  values.set(outline, 1);
  return new Uint8Array(values.buffer);
}

function compare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

function boxOfOutline(outline: Float32Array): Float32Array {
  const xs = outline.filter((_, i) => i % 2 === 0);
  const ys = outline.filter((_, i) => i % 2 === 1);
  const [x1, x2] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))];
  const [y1, y2] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))];
  return Float32Array.of((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1);
}
