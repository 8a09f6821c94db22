/** Canvases of the browser that pictures are shown on. */
import { invalidArgument } from '../errors.js';
import { showValue } from '../options/showValue.js';
import type { Canvases, DrawingCanvas } from './pageTypes.js';

/** What a canvas is drawn with; undefined for everything else, and where another kind of context is in use. */
function contextOf(canvas: DrawingCanvas) {
  try {
    return (canvas as OffscreenCanvas).getContext('2d') ?? undefined; // both have it
  } catch {
    return undefined; // no canvas, or one that was handed to a worker
  }
}

export const browserCanvases: Canvases = {
  pixels: (rgba, width, height) => new ImageData(rgba, width, height),
  show(canvas, pixels) {
    const context = contextOf(canvas);
    if (!context) {
      throw invalidArgument(
        `canvas: got ${showValue(canvas)}, expected a canvas that is drawn on in 2D; give one of its own, which has no ` +
          'other context and was not transferred',
      );
    }
    canvas.width = pixels.width;
    canvas.height = pixels.height;
    context.putImageData(pixels, 0, 0);
  },
};
