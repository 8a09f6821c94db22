/** YOLO label files: one object a line, its class and its outline (or box) in shares of the image's sides. */

/** An object of a label file. */
export interface YoloObject {
  readonly class: number;
  /** `[x0, y0, x1, y1, …]`, 0 … 1; undefined where the file has boxes only. */
  readonly outline: Float32Array | undefined;
  /** Centre x, centre y, width, height, 0 … 1, float32. */
  readonly box: Float32Array;
}

/** Coordinates may leave the image by so much. */
const TOLERANCE = 0.01;
/** More fields than this in a line make the file one of outlines. */
const LONGEST_BOX_LINE = 6;

/**
 * Reads a label file; identical lines count once.
 * @returns the objects, or what is wrong with the file: Ultralytics leaves such images out.
 */
export function parseYoloLabels(text: string): readonly YoloObject[] | string {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const rows = [...new Set(lines)].map((line) => line.split(/\s+/).map(Number));
  const outlines = rows.some((row) => row.length > LONGEST_BOX_LINE);
  for (const row of rows) {
    const wrong = wrongRow(row, outlines);
    if (wrong !== undefined) return wrong;
  }
  return rows.map((row) => {
    const values = Float32Array.from(row.slice(1));
    return outlines
      ? { class: row[0], outline: values, box: boxOfOutline(values) }
      : { class: row[0], outline: undefined, box: values };
  });
}

function wrongRow(row: readonly number[], outlines: boolean): string | undefined {
  if (row.some((value) => !Number.isFinite(value))) return 'a line with something that is no number';
  if (!Number.isInteger(row[0]) || row[0] < 0) return `class ${row[0]}, which is no whole number from 0 on`;
  if (outlines && row.length === 5) return 'lines of boxes among lines of outlines';
  if (outlines ? row.length < 7 || row.length % 2 === 0 : row.length !== 5) return `a line of ${row.length} numbers`;
  const low = -TOLERANCE;
  const high = 1 + TOLERANCE;
  const outside = row.slice(1).find((value) => value < low || value > high);
  return outside === undefined ? undefined : `coordinate ${outside}, outside the image`;
}

function boxOfOutline(outline: Float32Array): Float32Array {
  const xs = outline.filter((_, i) => i % 2 === 0);
  const ys = outline.filter((_, i) => i % 2 === 1);
  const [x1, x2] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))];
  const [y1, y2] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))];
  return Float32Array.of((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1);
}

/** Points of every outline of an image whose outlines have no more. */
const POINTS = 1000;

/** How many points the outlines of an image get. */
export function pointsOfOutlines(outlines: readonly Float32Array[]): number {
  const most = Math.max(0, ...outlines.map((outline) => outline.length / 2));
  return most > POINTS ? most + 1 : POINTS;
}

/**
 * More points along a closed outline, its corners among them; Ultralytics rasterises these, and that each of them is cut
 * off to whole pixels is why masks come out up to a pixel smaller than the outline.
 * @returns float32 `[x0, y0, …]`.
 */
export function resampleOutline(outline: Float32Array, points: number): Float32Array {
  const n = outline.length / 2;
  if (n === points) return outline;
  const last = n; // the first corner again
  const free = points - (n + 1);
  const places: number[] = [];
  let corner = 0;
  for (let i = 0; i < free; i++) {
    const place = free === 1 ? 0 : (last / (free - 1)) * i;
    while (corner <= last && corner <= place) places.push(corner++);
    places.push(i === free - 1 && free > 1 ? last : place);
  }
  while (corner <= last) places.push(corner++);
  const out = new Float32Array(2 * places.length);
  places.forEach((place, i) => {
    const from = Math.min(Math.floor(place), n - 1);
    const to = (from + 1) % n;
    for (const axis of [0, 1]) {
      const [a, b] = [outline[2 * from + axis], outline[2 * to + axis]];
      out[2 * i + axis] = (b - a) * (place - from) + a;
    }
  });
  return out;
}
