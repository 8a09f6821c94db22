/** How the prototype grid lies on the image, and where its letterbox is cut off. */
import { invalidArgument } from '../errors.js';
import type { Rect } from '../geometry/rect.js';
import { contentRect, type LetterboxSizes } from '../image/letterbox.js';

/** Prototypes have a quarter of the network input's resolution. */
export const PROTOTYPE_STRIDE = 4;

/** Where the image lies on the prototype grid after upsampling. */
export interface LetterboxCut {
  readonly factor: 1 | 2 | 4;
  /** In samples of the upsampled grid. */
  readonly rect: Rect;
}

/** How logits on the prototype grid become a mask; reference implementations differ in it. */
export interface RasterRule {
  /** How the letterbox is taken off for masks on the image's grid. */
  readonly cutLetterbox: (letterbox: LetterboxSizes) => LetterboxCut;
  /** On the network's grid, logits outside the box become 0 before resampling, rather than pixels after it. */
  readonly cropsCells: boolean;
}

/** A rule and the grid that it makes masks on. */
export interface RasterMode {
  readonly rule: RasterRule;
  /** Masks on the original image's grid (true), or on the network input's, letterbox included. */
  readonly retina: boolean;
  /** The logit above which a pixel is inside. Default 0, a probability of one half. */
  readonly threshold?: number;
}

/** From the prototype grid: upsample by `factor`, cut the letterbox off, resample the cut to the output grid. */
export interface RasterGeometry {
  readonly prototypeWidth: number;
  readonly prototypeHeight: number;
  readonly factor: 1 | 2 | 4;
  /** What is left when the letterbox is cut off, in samples of the upsampled grid. */
  readonly cut: Rect;
  /** Size of the output grid. */
  readonly gridWidth: number;
  readonly gridHeight: number;
  /** See `RasterRule.cropsCells`. */
  readonly cropsCells: boolean;
}

/** The letterbox is removed exactly, and masks are cropped last: Ultralytics 8.4, also the default of this package. */
export const EXACT_RASTER: RasterRule = {
  cutLetterbox(letterbox) {
    const factor = upsamplingFactor(letterbox);
    const scale = factor / PROTOTYPE_STRIDE;
    // Ultralytics leaves a grid alone that already has the image's size; the general rule comes to the same there.
    return { factor, rect: contentRect(letterbox.netWidth * scale, letterbox.netHeight * scale, letterbox) };
  },
  cropsCells: false,
};

/** The smallest upsampling at which the letterbox's padding falls on whole samples: 1, 2 or 4 (Ultralytics 8.4). */
function upsamplingFactor(letterbox: LetterboxSizes): 1 | 2 | 4 {
  const { netWidth, netHeight } = letterbox;
  const { width, height } = contentRect(netWidth, netHeight, letterbox);
  const padding = (netHeight - height) | (netWidth - width);
  // Both the padding and its half, the left or top part of it, have to be multiples of the cell size.
  const bits = padding | (padding >> 1);
  if ((bits & 1) !== 0) return 4;
  return (bits & 2) !== 0 ? 2 : 1;
}

/**
 * The geometry of a letterbox and a mode.
 * @throws FastSAMError `INVALID_ARGUMENT` if the network input's sides are no multiples of the prototypes' stride.
 */
export function rasterGeometry(letterbox: LetterboxSizes, { rule, retina }: RasterMode): RasterGeometry {
  const { netWidth, netHeight, imageWidth, imageHeight } = letterbox;
  if (netWidth % PROTOTYPE_STRIDE !== 0 || netHeight % PROTOTYPE_STRIDE !== 0) {
    throw invalidArgument(
      `network input: got ${netWidth} x ${netHeight} pixels, expected multiples of ${PROTOTYPE_STRIDE}`,
    );
  }
  const prototypeWidth = netWidth / PROTOTYPE_STRIDE;
  const prototypeHeight = netHeight / PROTOTYPE_STRIDE;
  const prototypes = { prototypeWidth, prototypeHeight };
  if (retina) {
    const { factor, rect } = rule.cutLetterbox(letterbox);
    return { ...prototypes, factor, cut: rect, gridWidth: imageWidth, gridHeight: imageHeight, cropsCells: false };
  }
  const cut = { x: 0, y: 0, width: prototypeWidth, height: prototypeHeight };
  return { ...prototypes, factor: 1, cut, gridWidth: netWidth, gridHeight: netHeight, cropsCells: rule.cropsCells };
}
