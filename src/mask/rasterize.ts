/** From one object's logits at prototype resolution to its mask: evaluated only inside the window of its box. */
import { invalidArgument } from '../errors.js';
import type { Letterbox } from '../image/letterbox.js';
import { bilinearTaps, reachedRange, resampledRows, shiftTaps, sourceRange, type RowSource } from './bilinear.js';
import {
  EXACT_RASTER,
  rasterGeometry,
  type RasterGeometry,
  type RasterMode,
  type RasterRule,
} from './rasterGeometry.js';
import type { Rect } from '../geometry/rect.js';
import { Mask } from './mask.js';
import { windowOfBox } from './setOps.js';
import { thresholdedBits } from './thresholdedBits.js';

/** The rectangles of the output and of the prototype grid that one box needs. */
interface NeededRects {
  /** Pixels of the output grid that can be set. */
  readonly output: Rect;
  /** Samples of the upsampled prototype grid, inside the cut, counted from the cut's corner. */
  readonly cut: Rect;
  /** Cells of the prototype grid. */
  readonly prototypes: Rect;
}

const NOTHING: Rect = { x: 0, y: 0, width: 0, height: 0 };

function windowOf(columns: readonly [number, number], rows: readonly [number, number]): Rect {
  return { x: columns[0], y: rows[0], width: columns[1] - columns[0], height: rows[1] - rows[0] };
}

function isEmpty(window: Rect): boolean {
  return window.width <= 0 || window.height <= 0;
}

/** Source samples that a window of outputs needs, on both axes. */
function sourcesOf(window: Rect, output: readonly [number, number], input: readonly [number, number]): Rect {
  return windowOf(
    sourceRange(window.x, window.x + window.width, output[0], input[0]),
    sourceRange(window.y, window.y + window.height, output[1], input[1]),
  );
}

/** What is needed where the crop comes last, on the output grid. */
function neededForOutputCrop(box: ArrayLike<number>, g: RasterGeometry): NeededRects {
  const output = windowOfBox(box, g.gridWidth, g.gridHeight);
  if (isEmpty(output)) return { output: NOTHING, cut: NOTHING, prototypes: NOTHING };
  const cut = sourcesOf(output, [g.gridWidth, g.gridHeight], [g.cut.width, g.cut.height]);
  const fine = { x: g.cut.x + cut.x, y: g.cut.y + cut.y, width: cut.width, height: cut.height };
  const cells: [number, number] = [g.prototypeWidth, g.prototypeHeight];
  // Without upsampling the cut's samples are the cells themselves.
  const prototypes = g.factor === 1 ? fine : sourcesOf(fine, [g.factor * cells[0], g.factor * cells[1]], cells);
  return { output, cut, prototypes };
}

/** What is needed where cells outside the box are set to 0 before resampling, so that the border smears outward. */
function neededForCellCrop(box: ArrayLike<number>, g: RasterGeometry): NeededRects {
  const sx = g.prototypeWidth / g.gridWidth;
  const sy = g.prototypeHeight / g.gridHeight;
  const cells = [
    Math.fround(box[0] * sx),
    Math.fround(box[1] * sy),
    Math.fround(box[2] * sx),
    Math.fround(box[3] * sy),
  ];
  const prototypes = windowOfBox(cells, g.prototypeWidth, g.prototypeHeight);
  if (isEmpty(prototypes)) return { output: NOTHING, cut: NOTHING, prototypes: NOTHING };
  const { x, y, width, height } = prototypes;
  const output = windowOf(
    reachedRange(x, x + width, g.gridWidth, g.prototypeWidth),
    reachedRange(y, y + height, g.gridHeight, g.prototypeHeight),
  );
  const cut = sourcesOf(output, [g.gridWidth, g.gridHeight], [g.cut.width, g.cut.height]);
  return { output, cut, prototypes };
}

function neededFor(box: ArrayLike<number>, g: RasterGeometry): NeededRects {
  for (let i = 0; i < 4; i++) {
    if (Number.isNaN(box[i]) || box.length < 4) {
      throw invalidArgument(`box: got [${Array.from(box).join(', ')}], expected four numbers x1, y1, x2, y2`);
    }
  }
  return g.cropsCells ? neededForCellCrop(box, g) : neededForOutputCrop(box, g);
}

/**
 * The window of the prototype grid that `rasterize` reads for a box: logits need to be evaluated there only. Width
 * and height are 0 for a box without pixels.
 *
 * @param box x1, y1, x2, y2: pixels of the original image where `mode.retina`, else of the network input.
 */
export function prototypeWindow(box: ArrayLike<number>, letterbox: Letterbox, mode: RasterMode): Rect {
  return neededFor(box, rasterGeometry(letterbox, mode)).prototypes;
}

function requireCover(logits: Float32Array, window: Rect, needed: Rect): void {
  const covers =
    window.x <= needed.x &&
    window.y <= needed.y &&
    window.x + window.width >= needed.x + needed.width &&
    window.y + window.height >= needed.y + needed.height;
  if (covers && logits.length >= window.width * window.height) return;
  const show = (w: Rect): string => `${w.width} x ${w.height} at (${w.x}, ${w.y})`;
  throw invalidArgument(
    `logits: got ${logits.length} values for the prototype window ${show(window)}, expected one that covers ` +
      `${show(needed)}, ask prototypeWindow`,
  );
}

/** Rows of a window of logits, by row of the prototype grid. */
function rowsOfWindow(logits: Float32Array, window: Rect): RowSource {
  return (row) => logits.subarray((row - window.y) * window.width, (row - window.y + 1) * window.width);
}

/** Rows that hold the logits of the cells in `inside` and 0 elsewhere; sample 0 is the column `from`. */
function croppedRows(logits: Float32Array, window: Rect, inside: Rect, from: number, width: number): RowSource {
  const rowOf = rowsOfWindow(logits, window);
  const zeros = new Float32Array(width);
  const padded = new Float32Array(width);
  return (row) => {
    if (row < inside.y || row >= inside.y + inside.height) return zeros;
    const first = inside.x - window.x;
    padded.set(rowOf(row).subarray(first, first + inside.width), inside.x - from);
    return padded;
  };
}

/** The rows from which the output is resampled, by row of the cut, sample 0 being the column `cut.x`. */
function cutRows(logits: Float32Array, window: Rect, needed: NeededRects, g: RasterGeometry): RowSource {
  const { cut, prototypes } = needed;
  if (g.cropsCells) return croppedRows(logits, window, prototypes, cut.x, cut.width);
  const x = g.cut.x + cut.x;
  const y = g.cut.y + cut.y;
  if (g.factor === 1) {
    const rowOf = rowsOfWindow(logits, window);
    return (row) => rowOf(row + g.cut.y).subarray(x - window.x, x - window.x + cut.width);
  }
  const { factor, prototypeWidth, prototypeHeight } = g;
  const columns = bilinearTaps(x, x + cut.width, factor * prototypeWidth, prototypeWidth);
  const rows = bilinearTaps(y, y + cut.height, factor * prototypeHeight, prototypeHeight);
  const fine = resampledRows(rowsOfWindow(logits, window), shiftTaps(columns, window.x), rows);
  return (row) => fine(row - cut.y);
}

/**
 * The mask of one object: its logits resampled to the output grid, thresholded and cropped by its box. Equals the
 * peers' computation on the whole grid, but touches only the box's window.
 *
 * @param logits coefficients x prototypes of one object, row by row, in the cells of `window`.
 * @param window where in the prototype grid the logits lie; it must cover `prototypeWindow(box, letterbox, mode)`.
 * @param box x1, y1, x2, y2: pixels of the original image where `mode.retina`, else of the network input. A pixel
 *   belongs to it where `x1 <= column < x2` and `y1 <= row < y2`; parts outside the grid are ignored.
 * @returns a mask on the original image's grid where `mode.retina`, else on the network input's, letterbox included;
 *   its window is that of the box.
 * @throws FastSAMError `INVALID_ARGUMENT` for a box with NaN, or a window that does not cover what is needed.
 */
export function rasterize(
  logits: Float32Array,
  window: Rect,
  box: ArrayLike<number>,
  letterbox: Letterbox,
  mode: RasterMode,
): Mask {
  const g = rasterGeometry(letterbox, mode);
  const needed = neededFor(box, g);
  const { output, cut } = needed;
  if (isEmpty(output)) return Mask.empty(g.gridWidth, g.gridHeight);
  requireCover(logits, window, needed.prototypes);
  const { x, y, width, height } = output;
  const columns = shiftTaps(bilinearTaps(x, x + width, g.gridWidth, g.cut.width), cut.x);
  const rows = bilinearTaps(y, y + height, g.gridHeight, g.cut.height);
  const words = thresholdedBits(cutRows(logits, window, needed, g), columns, rows, mode.threshold ?? 0);
  return new Mask(g.gridWidth, g.gridHeight, x, y, width, height, words);
}

/**
 * The probability that each pixel belongs to one object, not cropped by its box: the logistic function of the logits,
 * then Ultralytics' way to the original image. For studies of soft masks; masks themselves come from `rasterize`.
 *
 * @param logits of the whole prototype grid, row by row.
 * @returns `imageHeight * imageWidth` values in 0…1, row by row.
 */
export function probabilities(logits: Float32Array, letterbox: Letterbox): Float32Array {
  return toImage(
    logits.map((v) => 1 / (1 + Math.exp(-v))),
    letterbox,
    EXACT_RASTER,
  );
}

/**
 * Values of the prototype grid at the image's resolution, not cropped by a box: those that `rasterize` cuts at its
 * threshold for masks on the image's grid.
 *
 * @param values of the whole prototype grid, row by row.
 * @returns `imageHeight * imageWidth` values, row by row.
 */
export function toImage(values: Float32Array, letterbox: Letterbox, rule: RasterRule): Float32Array {
  const g = rasterGeometry(letterbox, { rule, retina: true });
  const window = { x: 0, y: 0, width: g.prototypeWidth, height: g.prototypeHeight };
  requireCover(values, window, window);
  const needed = neededFor([0, 0, g.gridWidth, g.gridHeight], g);
  const columns = shiftTaps(bilinearTaps(0, g.gridWidth, g.gridWidth, g.cut.width), needed.cut.x);
  const rows = bilinearTaps(0, g.gridHeight, g.gridHeight, g.cut.height);
  const rowOf = resampledRows(cutRows(values, window, needed, g), columns, rows);
  const out = new Float32Array(g.gridWidth * g.gridHeight);
  for (let y = 0; y < g.gridHeight; y++) out.set(rowOf(y), y * g.gridWidth);
  return out;
}
