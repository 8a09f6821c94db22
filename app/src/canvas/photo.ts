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
  context.drawImage(
    picture.bitmap,
    view.x * density,
    view.y * density,
    picture.width * view.scale * density,
    picture.height * view.scale * density,
  );
}
