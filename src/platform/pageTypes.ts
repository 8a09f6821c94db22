/** What a page shows pictures with. In Node these types have no values. */

/** A canvas of a page or a worker. */
export type DrawingCanvas = HTMLCanvasElement | OffscreenCanvas;

/** Pixels as a canvas takes them: R G B A, not premultiplied. */
export type CanvasPixels = ImageData;

/** Canvases; browsers have them. */
export interface Canvases {
  /** Pixels for a canvas. @param rgba `width * height * 4` bytes, used as they are */
  pixels(rgba: Uint8ClampedArray<ArrayBuffer>, width: number, height: number): CanvasPixels;
  /**
   * Makes a canvas as large as the pixels, and shows them.
   * @throws FastSAMError `INVALID_ARGUMENT` for what is no canvas, or one that cannot be drawn on.
   */
  show(canvas: DrawingCanvas, pixels: CanvasPixels): void;
}
