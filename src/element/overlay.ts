/** Draws what is hovered, selected and dragged over the picture, in pixels of the screen. */
import type { Gesture, InteractionState } from '../interact/state.js';
import { cornerParts } from '../mask/cornerRings.js';
import type { Mask } from '../mask/mask.js';

const paths = new WeakMap<Mask, Path2D>();

/** A mask's outline along the corners of pixels; traced once. */
function pathOf(mask: Mask): Path2D {
  const known = paths.get(mask);
  if (known) return known;
  const path = new Path2D();
  for (const { outer, holes } of cornerParts(mask)) {
    for (const ring of [outer, ...holes]) {
      for (let i = 0; i < ring.length; i += 2) {
        if (i === 0) path.moveTo(ring[0], ring[1]);
        else path.lineTo(ring[i], ring[i + 1]);
      }
      path.closePath();
    }
  }
  paths.set(mask, path);
  return path;
}

/** What is drawn. */
export interface Shown {
  readonly state: InteractionState;
  /** Masks of the objects, on the image's grid. */
  readonly masks: readonly Mask[];
  readonly width: number;
  readonly height: number;
}

/** Draws; the canvas takes the size that it has on the screen. */
export function drawOverlay(canvas: HTMLCanvasElement, { state, masks, width, height }: Shown): void {
  const density = globalThis.devicePixelRatio;
  const [w, h] = [Math.round(canvas.clientWidth * density), Math.round(canvas.clientHeight * density)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const context = canvas.getContext('2d');
  if (!context) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(`--fastsam-${name}`).trim();
  const pixel = (density * width) / w; // a pixel of the page, in pixels of the image
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, w, h);
  context.setTransform(w / width, 0, 0, h / height, 0, 0);
  context.lineJoin = 'round';
  for (const { id, mask } of state.items) {
    lay(context, mask, colour('selected'), Number(colour('veil')) * (id === state.active ? 1.3 : 1), 2 * pixel);
  }
  if (state.hovered !== undefined && !state.gesture) {
    lay(context, masks[state.hovered], colour('hover'), 0.2, 2 * pixel);
  }
  for (const { x, y, sign } of state.items.find(({ id }) => id === state.active)?.points ?? []) {
    context.beginPath();
    context.arc(x, y, 5 * pixel, 0, 2 * Math.PI);
    context.fillStyle = colour(sign === 1 ? 'plus' : 'minus');
    context.fill();
    line(context, '#fff', 1.5 * pixel);
  }
  if (state.gesture) drawGesture(context, state.gesture, colour('selected'), pixel);
}

function line(context: CanvasRenderingContext2D, colour: string, width: number, path?: Path2D): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  if (path) context.stroke(path);
  else context.stroke();
}

/** A veil and an outline that shows on dark and light. */
function lay(context: CanvasRenderingContext2D, mask: Mask, colour: string, veil: number, width: number): void {
  const path = pathOf(mask);
  context.globalAlpha = Math.min(veil, 1);
  context.fillStyle = colour;
  context.fill(path, 'evenodd');
  context.globalAlpha = 0.55;
  line(context, '#000', 2 * width, path);
  context.globalAlpha = 1;
  line(context, colour, width, path);
}

function drawGesture(context: CanvasRenderingContext2D, gesture: Gesture, colour: string, pixel: number): void {
  context.beginPath();
  if (gesture.kind === 'box') {
    const [x1, y1, x2, y2] = gesture.box;
    context.rect(x1, y1, x2 - x1, y2 - y1);
  } else {
    const { points } = gesture;
    context.moveTo(points[0], points[1]);
    for (let i = 0; i < points.length; i += 2) context.lineTo(points[i], points[i + 1]);
  }
  if (gesture.kind === 'stroke') {
    context.lineCap = 'round';
    context.globalAlpha = 0.5;
    line(context, gesture.sign === 1 ? colour : '#dc2626', 2 * gesture.radius);
    context.globalAlpha = 1;
    return;
  }
  context.setLineDash([6 * pixel, 4 * pixel]);
  line(context, '#000', 3 * pixel);
  line(context, '#fff', 1.5 * pixel);
  context.setLineDash([]);
}
