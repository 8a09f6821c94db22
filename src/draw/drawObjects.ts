/** An image with the objects that were found in it. */
import { FastSAMError } from '../errors.js';
import type { Mask } from '../mask/mask.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Rect } from '../geometry/rect.js';
import { canvasOf, lineWidth, pixelRect, strokeRect, type Canvas } from './canvas.js';
import { drawContours, WIDEST_CONTOUR } from './contours.js';
import { paintLabels, paintOrder } from './labelMap.js';
import { drawOverlay } from './overlay.js';
import { colourOf, shade, type ColourOf, type Rgb } from './palette.js';
import { drawTrails, type Trail } from './trails.js';
import { drawPlate, plateSize, textScale } from './text.js';

/** One object to draw. */
export interface DrawnObject {
  readonly id: number;
  /** On the image's grid. */
  readonly mask: Mask;
  /** xyxy in pixels of the image. */
  readonly box: readonly [number, number, number, number];
  /** Text of its label. */
  readonly label: string;
}

/** What is drawn, and how. */
export interface DrawOptions {
  /** Fill the masks. Default true. */
  masks?: boolean;
  /** Draw the masks' outlines. Default true. */
  contours?: boolean;
  /** Draw the detector's boxes. Default false. */
  boxes?: boolean;
  /** Write each object's label at its box; the best objects first, those without room are left out. Default false. */
  labels?: boolean;
  /** Where the objects came from. Default: none. */
  trails?: readonly Trail[];
  /** Draw the prompt: points, dashed boxes, text. Default true. */
  prompt?: boolean;
  /** Opacity of the filling, 0 … 1. Default 0.5. */
  alpha?: number;
  /** How much everything outside the masks is darkened, 0 … 1. Default 0. */
  dim?: number;
  /** Width of lines in pixels. Default: 0.3 % of the image's mean side, at least 1. */
  lineWidth?: number;
  /** Colour of an object by its id: a function, or a list to go through in turn. Default: `colourOf`. */
  colours?: ColourOf | readonly Rgb[];
}

const CONTOUR_OPACITY = 0.95;
const OUTLINE_SHADE = 0.15;

/**
 * Draws objects over an image: fillings (the smallest on top, each pixel blended once), outlines, boxes, labels, prompt.
 * @param objects best first, as labels are placed in this order.
 * @param drawPrompt draws the prompt, above boxes and below labels.
 * @returns a new image of the same size; the given one is left as it is.
 * @throws FastSAMError `INVALID_ARGUMENT` for an opacity outside 0 … 1 or a line width below 0.
 */
export function drawObjects(
  image: RgbImage,
  objects: readonly DrawnObject[],
  drawPrompt: ((canvas: Canvas) => void) | null = null,
  options: DrawOptions = {},
): RgbImage {
  const alpha = fraction('alpha', options.alpha ?? 0.5);
  const dim = fraction('dim', options.dim ?? 0);
  const width = checkLineWidth(options.lineWidth ?? lineWidth(image.width, image.height));
  const canvas = canvasOf(image);
  const colour = colourSource(options.colours);
  const colours = objects.map((object) => colour(object.id));
  drawMasks(canvas, objects, colours, { ...options, alpha, dim }, width);
  if (options.trails) drawTrails(canvas, options.trails, colour, width);
  if (options.boxes)
    objects.forEach((o, i) => {
      strokeRect(canvas, pixelRect(o.box), width, colours[i]);
    });
  if (options.prompt !== false) drawPrompt?.(canvas);
  if (options.labels) drawLabels(canvas, objects, colours);
  return { ...image, data: canvas.data };
}

function drawMasks(
  canvas: Canvas,
  objects: readonly DrawnObject[],
  colours: readonly Rgb[],
  options: DrawOptions & { alpha: number; dim: number },
  width: number,
): void {
  const fill = options.masks !== false;
  const outline = options.contours !== false && width > 0;
  if (!fill && !outline) return;
  const order = paintOrder(objects.map((object) => object.mask));
  const masks = order.map((i) => objects[i].mask);
  const fills = order.map((i) => colours[i]);
  const labels = paintLabels(masks, canvas.width, canvas.height);
  if (fill) drawOverlay(canvas, labels, fills, options.alpha, options.dim);
  if (!outline) return;
  const lines = fills.map((colour) => shade(colour, OUTLINE_SHADE));
  drawContours(canvas, labels, lines, Math.min(width, WIDEST_CONTOUR), CONTOUR_OPACITY);
}

/** Labels of the best objects first; each takes the first place at its box where it covers no other label. */
function drawLabels(canvas: Canvas, objects: readonly DrawnObject[], colours: readonly Rgb[]): void {
  const scale = textScale(canvas.width, canvas.height);
  const taken: Rect[] = [];
  objects.forEach((object, i) => {
    const size = plateSize(object.label, scale);
    const place = labelPlaces(pixelRect(object.box), size, canvas).find((p) => !taken.some((t) => overlap(p, t)));
    if (!place) return;
    taken.push(place);
    drawPlate(canvas, object.label, place, scale, colours[i]);
  });
}

/** Above the box, inside its top left corner, its bottom left corner, its top right corner; all inside the canvas. */
function labelPlaces(box: Rect, size: { width: number; height: number }, canvas: Canvas): Rect[] {
  const right = box.x + box.width - size.width;
  const bottom = box.y + box.height - size.height;
  const corners = [
    [box.x, box.y - size.height],
    [box.x, box.y],
    [box.x, bottom],
    [right, box.y],
  ];
  return corners.map(([x, y]) => ({
    x: Math.max(0, Math.min(x, canvas.width - size.width)),
    y: Math.max(0, Math.min(y, canvas.height - size.height)),
    ...size,
  }));
}

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function colourSource(colours: DrawOptions['colours']): ColourOf {
  if (colours === undefined) return colourOf;
  if (typeof colours === 'function') return colours;
  if (colours.length === 0) return colourOf;
  return (id) => colours[id % colours.length];
}

function fraction(name: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new FastSAMError('INVALID_ARGUMENT', `${name}: got ${value}, expected a number from 0 to 1`);
}

function checkLineWidth(value: number): number {
  if (value >= 0) return value;
  throw new FastSAMError('INVALID_ARGUMENT', `lineWidth: got ${value}, expected a number of pixels, 0 or more`);
}
