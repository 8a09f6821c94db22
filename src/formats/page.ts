/** Drawn results for a page: on a canvas, as its pixels, as a file in memory. */
import type { DrawOptions } from '../draw/drawObjects.js';
import { invalidArgument } from '../errors.js';
import { showValue } from '../options/showValue.js';
import type { Canvases, CanvasPixels, DrawingCanvas } from '../platform/pageTypes.js';
import { platform } from '../platform/platform.js';
import type { SceneRecord } from '../record/record.js';
import type { EncodeOptions } from './format.js';
import { plotScene } from './plot.js';
import { encodeScene } from './save.js';

/** The formats of images in memory by their media type. */
const TYPES: Readonly<Record<ImageType, string>> = { 'image/png': 'png', 'image/jpeg': 'jpg' };

/** A media type of an image that is written. */
export type ImageType = 'image/png' | 'image/jpeg';

/** @throws FastSAMError `INVALID_ARGUMENT` where there are none */
function canvases(what: string): Canvases {
  const { canvases: found, name } = platform();
  if (found) return found;
  throw invalidArgument(
    `${what}: got the platform ${name}, which has no canvas, expected a browser; take results.plot() or ` +
      "results.encode('png')",
  );
}

/** See `Results.toImageData`. */
export function plotPixels(scene: SceneRecord, options: DrawOptions, what = 'toImageData'): CanvasPixels {
  const here = canvases(what);
  const { data, width, height } = plotScene(scene, options);
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let p = 0, q = 0; q < rgba.length; p += 3, q += 4) {
    rgba[q] = data[p];
    rgba[q + 1] = data[p + 1];
    rgba[q + 2] = data[p + 2];
    rgba[q + 3] = 255;
  }
  return here.pixels(rgba, width, height);
}

/** See `Results.draw`. */
export function showScene(scene: SceneRecord, canvas: DrawingCanvas, options: DrawOptions): void {
  canvases('draw').show(canvas, plotPixels(scene, options, 'draw'));
}

/** See `Results.toBlob`. */
export async function plotBlob(scene: SceneRecord, type: ImageType, options: EncodeOptions): Promise<Blob> {
  if (typeof type !== 'string' || !Object.hasOwn(TYPES, type)) {
    throw invalidArgument(`type: got ${showValue(type)}, expected one of ${Object.keys(TYPES).join(', ')}`);
  }
  const bytes = await encodeScene(scene, TYPES[type], options);
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type });
}
