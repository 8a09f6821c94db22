/** The photograph's layer. */
import type { Picture } from '../state/picture.js';
import type { Size, View } from './view.js';

/** From this scale on pixels are shown as squares. */
const BLOCKS = 3;

/** Draws the part of the picture that is in sight. */
export function drawPhoto(canvas: HTMLCanvasElement, picture: Picture, view: View, viewport: Size): void {
  const density = devicePixelRatio;
  const width = Math.round(viewport.width * density);
  const height = Math.round(viewport.height * density);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = view.scale * density < BLOCKS;
  context.imageSmoothingQuality = view.scale * density < 1 ? 'high' : 'medium';
  const [x, y, w, h] = [view.x, view.y, picture.width * view.scale, picture.height * view.scale].map(
    (length) => length * density,
  );
  const { bitmap, small } = picture;
  context.drawImage(small && w <= small.width ? small : bitmap, x, y, w, h);
  // A hairline, so that a picture of the ground's colour has an edge.
  context.strokeStyle = 'rgb(128 128 128 / 0.35)';
  context.strokeRect(x - 0.5, y - 0.5, w + 1, h + 1);
}
