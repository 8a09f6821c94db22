/** Cut-outs: the picture inside a mask, its edge faded, on nothing, a colour or the blurred picture. */
import { masks, type Mask } from 'fastsam-tfjs/mask';
import type { Choice } from './choices.js';

/** Blur of a picture behind its cut-out, as a share of the cut-out's longer side. */
const BLUR = 0.02;

/** @returns a PNG, or undefined for a mask without a pixel */
export async function cutOut(
  picture: ImageBitmap,
  mask: Mask,
  { feather, padding, background, colour }: Pick<Choice, 'feather' | 'padding' | 'background' | 'colour'>,
): Promise<Blob | undefined> {
  const box = masks.boundingRect(mask);
  if (!box) return undefined;
  const x = Math.max(0, box.x - padding);
  const y = Math.max(0, box.y - padding);
  const width = Math.min(mask.gridWidth, box.x + box.width + padding) - x;
  const height = Math.min(mask.gridHeight, box.y + box.height + padding) - y;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no canvas');
  context.drawImage(picture, -x, -y);
  const image = context.getImageData(0, 0, width, height);
  const alpha = alphaOf(mask, { x, y, width, height }, feather);
  for (let p = 0; p < alpha.length; p++) image.data[4 * p + 3] = alpha[p];
  context.putImageData(image, 0, 0);
  if (background === 'transparent') return canvas.convertToBlob({ type: 'image/png' });
  const ground = new OffscreenCanvas(width, height);
  const below = ground.getContext('2d');
  if (!below) throw new Error('this browser gives no canvas');
  if (background === 'colour') {
    below.fillStyle = colour;
    below.fillRect(0, 0, width, height);
  } else {
    below.filter = `blur(${Math.max(2, Math.max(width, height) * BLUR)}px)`;
    below.drawImage(picture, -x, -y);
    below.filter = 'none';
  }
  below.drawImage(canvas, 0, 0);
  return ground.convertToBlob({ type: 'image/png' });
}

interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Opacity of a window's pixels, 0 … 255: the mask, averaged over a square of `2 * feather + 1` pixels, twice. Beyond the
 * picture's border the mask goes on, so that it does not fade there.
 */
export function alphaOf(mask: Mask, window: Window, feather: number): Uint8ClampedArray {
  const { x, y, width, height } = window;
  let plane = new Float32Array(width * height);
  for (let r = 0, p = 0; r < height; r++) {
    for (let c = 0; c < width; c++, p++) plane[p] = mask.has(x + c, y + r) ? 255 : 0;
  }
  for (let pass = 0; pass < 2 && feather > 0; pass++) {
    plane = averaged(plane, { count: height, stride: width }, { count: width, stride: 1 }, feather);
    plane = averaged(plane, { count: width, stride: 1 }, { count: height, stride: width }, feather);
  }
  return Uint8ClampedArray.from(plane);
}

interface Axis {
  readonly count: number;
  readonly stride: number;
}

/** The mean of the `2 * radius + 1` values about each, along one axis; beyond the end the last one counts on. */
function averaged(plane: Float32Array, lines: Axis, along: Axis, radius: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(plane.length);
  const last = along.count - 1;
  for (let line = 0; line < lines.count; line++) {
    const base = line * lines.stride;
    const at = (i: number): number => plane[base + Math.min(last, Math.max(0, i)) * along.stride];
    let sum = 0;
    for (let i = -radius; i <= radius; i++) sum += at(i);
    for (let i = 0; i <= last; i++) {
      out[base + i * along.stride] = sum / (2 * radius + 1);
      sum += at(i + radius + 1) - at(i - radius);
    }
  }
  return out;
}
