/** Many images on one, side by side with captions, for looking at results together. */
import { invalidArgument } from '../errors.js';
import { requireRgbImage, type RgbImage } from '../image/rgbImage.js';
import { integer } from '../options/kinds.js';
import { COUNT } from '../options/limits.js';
import { requireList, requireObject, requireText } from '../options/requireKind.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import { plural } from '../options/showValue.js';
import type { Canvas } from './canvas.js';
import { drawText, textSize } from './text.js';

/** One image of a sheet. */
export interface SheetCell {
  readonly image: RgbImage;
  readonly caption: string;
}

/** How a contact sheet is laid out. */
export interface SheetOptions {
  /** Images in a row. Default: as many as make the sheet about square. */
  columns?: number;
  /** Width and height of the square that each image is fitted into, in pixels. Default 320. */
  cellSize?: number;
}

/** Every option of `contactSheet`. */
export const SHEET_OPTIONS = {
  columns: integer(1, COUNT.high, { text: 'images in a row', otherwise: 'as many as make the sheet about square' }),
  cellSize: integer(1, COUNT.high, {
    text: 'side of the square that each image is fitted into, in pixels',
    default: 320,
  }),
} satisfies RowsOf<SheetOptions>;

const MARGIN = 8;
const CAPTION_HEIGHT = 14;
const PAPER = 245;
/** A sheet of 0.8 GB. */
const MOST_PIXELS = 2 ** 28;

/**
 * Lays images out in a grid, each made smaller (never larger) to fit its square, its caption below it.
 * @throws FastSAMError `INVALID_ARGUMENT` without images or for sizes that are no whole numbers above 0.
 */
export function contactSheet(cells: readonly SheetCell[], options: SheetOptions = {}): RgbImage {
  requireList('contactSheet', cells);
  if (cells.length === 0) throw invalidArgument('contactSheet: got no images, expected some');
  const { columns, cellSize: size } = resolve(SHEET_OPTIONS, options, { columns: Math.ceil(Math.sqrt(cells.length)) });
  for (const [i, cell] of cells.entries()) {
    requireObject(`contactSheet cell ${i}`, cell);
    requireRgbImage(`contactSheet image ${i}`, cell.image);
    requireText(`contactSheet caption ${i}`, cell.caption);
  }
  requireSheetSize(cells.length, columns, size);
  const images = cells.map((cell) => fit(cell.image, size));
  const rows = Math.ceil(cells.length / columns);
  const heights = Array.from({ length: rows }, (_, r) =>
    Math.max(...images.slice(r * columns, (r + 1) * columns).map((p) => p.height)),
  );
  const width = Math.min(columns, cells.length) * (size + MARGIN) + MARGIN;
  const height = heights.reduce((sum, h) => sum + h + CAPTION_HEIGHT + MARGIN, MARGIN);
  const sheet: Canvas = { data: new Uint8Array(width * height * 3).fill(PAPER), width, height };
  for (let r = 0, i = 0, top = MARGIN; r < rows; top += heights[r] + CAPTION_HEIGHT + MARGIN, r++) {
    for (let c = 0; c < columns && i < cells.length; c++, i++) {
      const left = MARGIN + c * (size + MARGIN);
      paste(sheet, images[i], left, top);
      drawText(sheet, shorten(cells[i].caption, size), left, top + heights[r] + 3, 1, [30, 30, 30]);
    }
  }
  return sheet;
}

/** Rows of cells may be lower than the cells, so this is the most that the sheet can have. */
function requireSheetSize(cells: number, columns: number, size: number): void {
  const [width, height] = [Math.min(columns, cells) * (size + MARGIN), Math.ceil(cells / columns) * (size + MARGIN)];
  if (width * height <= MOST_PIXELS) return;
  throw invalidArgument(
    `contactSheet: got ${plural(cells, 'image')} in cells of ${size} pixels, expected a sheet of ${MOST_PIXELS} pixels at most; ` +
      'give a smaller cellSize',
  );
}

function paste(sheet: Canvas, image: RgbImage, left: number, top: number): void {
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
    sheet.data.set(row, ((top + y) * sheet.width + left) * 3);
  }
}

function shorten(caption: string, width: number): string {
  let text = caption;
  for (let n = caption.length - 1; n >= 0 && textSize(text, 1).width > width; n--) text = `${caption.slice(0, n)}..`;
  return text;
}

/** The image scaled down by area averages so that neither side is above `size`. */
function fit(image: RgbImage, size: number): RgbImage {
  const ratio = Math.min(size / image.width, size / image.height);
  if (ratio >= 1) return image;
  const width = Math.max(1, Math.round(image.width * ratio));
  const height = Math.max(1, Math.round(image.height * ratio));
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, q = 0; y < height; y++) {
    const [y0, y1] = span(y, height, image.height);
    for (let x = 0; x < width; x++, q += 3) {
      const [x0, x1] = span(x, width, image.width);
      const sum = [0, 0, 0];
      for (let v = y0; v < y1; v++) {
        for (let u = x0, p = (v * image.width + x0) * 3; u < x1; u++, p += 3) {
          for (let c = 0; c < 3; c++) sum[c] += image.data[p + c];
        }
      }
      const count = (y1 - y0) * (x1 - x0);
      for (let c = 0; c < 3; c++) data[q + c] = Math.round(sum[c] / count);
    }
  }
  return { data, width, height };
}

/** The source pixels that pixel `i` of `to` covers, of `from`; never none. */
function span(i: number, to: number, from: number): [number, number] {
  const start = Math.floor((i * from) / to);
  return [start, Math.max(start + 1, Math.floor(((i + 1) * from) / to))];
}
