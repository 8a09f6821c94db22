/** The top layer: what is hovered and selected, the points, and the drag under way. */
import type { Gesture, Interaction, SelectedItem } from 'fastsam-tfjs/interact';
import type { Look } from '../state/app.js';
import { cssColour } from './colours.js';
import type { Grid } from './grid.js';
import type { Paths } from './paths.js';

interface Drawing {
  readonly grid: Grid;
  readonly paths: Paths;
  readonly look: Look;
}

const WHITE = '#fff';
const SHADE = 'rgb(10 12 20 / 0.5)';
const CHOSEN = '#2f6bff';
const CHOSEN_FILL = 'rgb(47 107 255 / 0.38)';
const MINUS = '#e5484d';

/** @param context cleared; in pixels of the grid. */
export function drawMarks(context: CanvasRenderingContext2D, interaction: Interaction, drawing: Drawing): void {
  const { items, active, hovered, gesture } = interaction.state;
  if (drawing.look === 'cutout') veil(context, items, drawing);
  else for (const item of items) drawItem(context, item, item.id === active, drawing);
  if (hovered !== undefined && gesture === undefined) drawHovered(context, interaction, hovered, drawing);
  for (const item of items) if (item.id === active) drawPoints(context, item, drawing.grid);
  if (gesture) drawGesture(context, gesture, drawing.grid);
}

/** Everything but the selection, under a chequered ground. */
function veil(context: CanvasRenderingContext2D, items: readonly SelectedItem[], { grid, paths }: Drawing): void {
  if (items.length === 0) return;
  context.fillStyle = chequers(context, grid.ratio);
  context.fillRect(0, 0, grid.width, grid.height);
  context.globalCompositeOperation = 'destination-out';
  context.fillStyle = WHITE;
  for (const { mask } of items) context.fill(paths.of(mask, grid), 'evenodd');
  context.globalCompositeOperation = 'source-over';
}

let pattern: { readonly ratio: number; readonly fill: CanvasPattern } | undefined;

function chequers(context: CanvasRenderingContext2D, ratio: number): CanvasPattern | string {
  if (pattern?.ratio === ratio) return pattern.fill;
  const side = Math.max(2, Math.round(8 * ratio));
  const tile = new OffscreenCanvas(2 * side, 2 * side);
  const paint = tile.getContext('2d');
  if (!paint) return '#ccc';
  paint.fillStyle = '#e9e9ec';
  paint.fillRect(0, 0, 2 * side, 2 * side);
  paint.fillStyle = '#d3d3d8';
  paint.fillRect(0, 0, side, side);
  paint.fillRect(side, side, side, side);
  const fill = context.createPattern(tile, 'repeat');
  if (!fill) return '#ccc';
  pattern = { ratio, fill };
  return fill;
}

function drawItem(
  context: CanvasRenderingContext2D,
  item: SelectedItem,
  active: boolean,
  { grid, paths, look }: Drawing,
): void {
  const path = paths.of(item.mask, grid);
  if (look === 'overlay') {
    context.fillStyle = CHOSEN_FILL;
    context.fill(path, 'evenodd');
  }
  outline(context, path, grid.ratio, active ? CHOSEN : 'rgb(122 162 255)', 2.25);
}

function drawHovered(
  context: CanvasRenderingContext2D,
  { scene, state }: Interaction,
  index: number,
  { grid, paths, look }: Drawing,
): void {
  const path = paths.of(scene.imageMasks[index], grid);
  const taken = state.items.some(({ objects }) => objects.includes(index));
  if (look !== 'outline' && !taken) {
    context.fillStyle = cssColour(scene.ids[index], 0.42);
    context.fill(path, 'evenodd');
  }
  outline(context, path, grid.ratio, WHITE, 2);
}

/** A line with a dark rim, so that it is seen on any picture. */
function outline(context: CanvasRenderingContext2D, path: Path2D, ratio: number, colour: string, width: number): void {
  context.lineJoin = 'round';
  context.lineWidth = (width + 1.75) * ratio;
  context.strokeStyle = SHADE;
  context.stroke(path);
  context.lineWidth = width * ratio;
  context.strokeStyle = colour;
  context.stroke(path);
}

function drawPoints(context: CanvasRenderingContext2D, { points }: SelectedItem, grid: Grid): void {
  for (const { x, y, sign } of points) {
    const [left, top] = place(grid, x, y);
    const radius = 6.5 * grid.ratio;
    context.beginPath();
    context.arc(left, top, radius, 0, 2 * Math.PI);
    context.fillStyle = sign > 0 ? CHOSEN : MINUS;
    context.fill();
    context.lineWidth = 2 * grid.ratio;
    context.strokeStyle = WHITE;
    context.stroke();
    context.beginPath();
    const arm = radius * 0.48;
    context.moveTo(left - arm, top);
    context.lineTo(left + arm, top);
    if (sign > 0) {
      context.moveTo(left, top - arm);
      context.lineTo(left, top + arm);
    }
    context.lineWidth = 1.75 * grid.ratio;
    context.stroke();
  }
}

function drawGesture(context: CanvasRenderingContext2D, gesture: Gesture, grid: Grid): void {
  const path = new Path2D();
  if (gesture.kind === 'box') {
    const [left, top] = place(grid, gesture.box[0], gesture.box[1]);
    const [right, bottom] = place(grid, gesture.box[2], gesture.box[3]);
    path.rect(left, top, right - left, bottom - top);
    context.fillStyle = 'rgb(47 107 255 / 0.12)';
    context.fill(path);
    dashed(context, path, grid.ratio);
    return;
  }
  const { points } = gesture;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [left, top] = place(grid, points[i], points[i + 1]);
    if (i === 0) path.moveTo(left, top);
    path.lineTo(left, top);
  }
  if (gesture.kind === 'lasso') {
    context.fillStyle = 'rgb(47 107 255 / 0.12)';
    context.fill(path);
    dashed(context, path, grid.ratio);
    return;
  }
  context.lineCap = context.lineJoin = 'round';
  context.lineWidth = Math.max(1, 2 * gesture.radius * grid.view.scale * grid.ratio);
  context.strokeStyle = gesture.sign > 0 ? 'rgb(47 107 255 / 0.5)' : 'rgb(229 72 77 / 0.5)';
  context.stroke(path);
  context.lineCap = 'butt';
}

function dashed(context: CanvasRenderingContext2D, path: Path2D, ratio: number): void {
  context.lineWidth = 1.5 * ratio;
  context.strokeStyle = SHADE;
  context.stroke(path);
  context.setLineDash([6 * ratio, 4 * ratio]);
  context.strokeStyle = WHITE;
  context.stroke(path);
  context.setLineDash([]);
}

/** A place of the picture on the grid. */
function place({ view, ratio }: Grid, x: number, y: number): [number, number] {
  return [(x * view.scale + view.x) * ratio, (y * view.scale + view.y) * ratio];
}
