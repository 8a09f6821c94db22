/** An image with the objects that were found in it. */
import type { Mask } from '../mask/mask.js';
import { custom, flag, number } from '../options/kinds.js';
import { resolve } from '../options/resolve.js';
import type { Resolved, RowsOf } from '../options/row.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Rect } from '../geometry/rect.js';
import { canvasOf, lineWidth, pixelRect, strokeRect, type Canvas } from './canvas.js';
import { drawContours, WIDEST_CONTOUR } from './contours.js';
import { paintOrder } from '../mask/paintOrder.js';
import { paintLabels } from './labelMap.js';
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

/** Every option of `plot`. */
export const DRAW_OPTIONS = {
  masks: flag({ text: 'fill the masks', default: true }),
  contours: flag({ text: "draw the masks' outlines", default: true }),
  boxes: flag({ text: "draw the detector's boxes", default: false }),
  labels: flag({
    text: 'write id (or class name) and score, `#7` for tracks, best objects first; those without room are left out',
    default: false,
  }),
  trails: custom<readonly Trail[]>('a list of trails', Array.isArray, {
    text: 'where tracked objects came from, see `Trails`',
  }),
  prompt: flag({
    text: 'draw what was asked: points (green plus, red minus), dashed boxes, text',
    default: true,
  }),
  alpha: number(0, 1, { text: 'opacity of the filling', default: 0.5 }),
  dim: number(0, 1, { text: 'how much everything outside the masks is darkened', default: 0 }),
  lineWidth: number(0, Infinity, { text: 'width of lines in pixels', otherwise: '0.3 % of the mean side, at least 1' }),
  colours: custom<ColourOf | readonly Rgb[]>(
    'a function of the id, or a list',
    (value) => typeof value === 'function' || Array.isArray(value),
    { text: 'colour of an object by its id: a function, or a list to go through in turn', otherwise: '`colourOf`' },
  ),
} satisfies RowsOf<DrawOptions>;

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
  const resolved = resolve(DRAW_OPTIONS, options);
  const width = resolved.lineWidth ?? lineWidth(image.width, image.height);
  const canvas = canvasOf(image);
  const colour = colourSource(resolved.colours);
  const colours = objects.map((object) => colour(object.id));
  drawMasks(canvas, objects, colours, resolved, width);
  if (resolved.trails) drawTrails(canvas, resolved.trails, colour, width);
  if (resolved.boxes)
    objects.forEach((o, i) => {
      strokeRect(canvas, pixelRect(o.box), width, colours[i]);
    });
  if (resolved.prompt) drawPrompt?.(canvas);
  if (resolved.labels) drawLabels(canvas, objects, colours);
  return { ...image, data: canvas.data, floats: undefined };
}

function drawMasks(
  canvas: Canvas,
  objects: readonly DrawnObject[],
  colours: readonly Rgb[],
  { masks: fill, contours, alpha, dim }: Resolved<typeof DRAW_OPTIONS>,
  width: number,
): void {
  const outline = contours && width > 0;
  if (!fill && !outline) return;
  const order = paintOrder(objects.map((object) => object.mask));
  const masks = order.map((i) => objects[i].mask);
  const fills = order.map((i) => colours[i]);
  const labels = paintLabels(masks, canvas.width, canvas.height);
  if (fill) drawOverlay(canvas, labels, fills, alpha, dim);
  if (!outline) return;
  const lines = fills.map((colour) => shade(colour, OUTLINE_SHADE));
  drawContours(canvas, labels, lines, Math.min(width, WIDEST_CONTOUR), CONTOUR_OPACITY);
}

/** Labels of the best objects first; each takes the first position at its box where it covers no other label. */
function drawLabels(canvas: Canvas, objects: readonly DrawnObject[], colours: readonly Rgb[]): void {
  const scale = textScale(canvas.width, canvas.height);
  const taken: Rect[] = [];
  objects.forEach((object, i) => {
    const size = plateSize(object.label, scale);
    const rect = labelRects(pixelRect(object.box), size, canvas).find((p) => !taken.some((t) => overlap(p, t)));
    if (!rect) return;
    taken.push(rect);
    drawPlate(canvas, object.label, rect, scale, colours[i]);
  });
}

/** Above the box, inside its top left corner, its bottom left corner, its top right corner; all inside the canvas. */
function labelRects(box: Rect, size: { width: number; height: number }, canvas: Canvas): Rect[] {
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

/** Colours by id: the palette's, a function's, or a list's in turn. */
export function colourSource(colours: ColourOf | readonly Rgb[] | undefined): ColourOf {
  if (colours === undefined) return colourOf;
  if (typeof colours === 'function') return colours;
  if (colours.length === 0) return colourOf;
  return (id) => colours[id % colours.length];
}
