/** How the prototype grid lies on the image: the peers' recipes for taking the letterbox off. */
import { FastSAMError } from '../errors.js';
import type { Letterbox } from '../image/letterbox.js';
import { roundHalfEven } from '../geometry/rounding.js';

/** Prototypes have a quarter of the network input's resolution. */
export const PROTOTYPE_STRIDE = 4;

/** Which peer's recipe turns logits into a mask, and onto which grid. */
export interface RasterMode {
  /**
   * `ultralytics`: 8.4's, also the default of this package. `casia`: the original repository's, which cuts the
   * letterbox off in whole prototype cells, and without `retina` crops before it resamples.
   */
  readonly peer: 'ultralytics' | 'casia';
  /** Masks on the original image's grid (true), or on the network input's, letterbox included. */
  readonly retina: boolean;
}

/** From the prototype grid: upsample by `factor`, cut the letterbox off, resample the cut to the output grid. */
export interface RasterGeometry {
  readonly prototypeWidth: number;
  readonly prototypeHeight: number;
  readonly factor: 1 | 2 | 4;
  /** The cut in samples of the upsampled grid. */
  readonly left: number;
  readonly top: number;
  readonly cutWidth: number;
  readonly cutHeight: number;
  /** Size of the output grid. */
  readonly gridWidth: number;
  readonly gridHeight: number;
  /** Logits outside the box are set to 0 before resampling, rather than pixels after it. */
  readonly cropsCells: boolean;
}

/** A letterbox's content on some grid, in whole samples. */
export interface Cut {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where the image lies on a grid that the letterboxed network input was scaled to (Ultralytics 8.4): the content is
 * rounded to whole samples, at least one, and the odd sample of padding lies at the right and bottom.
 */
export function contentOf(gridWidth: number, gridHeight: number, imageWidth: number, imageHeight: number): Cut {
  const gain = Math.min(gridHeight / imageHeight, gridWidth / imageWidth);
  const width = Math.max(roundHalfEven(imageWidth * gain), 1);
  const height = Math.max(roundHalfEven(imageHeight * gain), 1);
  const left = roundHalfEven((gridWidth - width) / 2 - 0.1);
  const top = roundHalfEven((gridHeight - height) / 2 - 0.1);
  return { left, top, width, height };
}

/** The smallest upsampling at which the letterbox's padding falls on whole samples: 1, 2 or 4 (Ultralytics 8.4). */
function upsamplingFactor(netWidth: number, netHeight: number, imageWidth: number, imageHeight: number): 1 | 2 | 4 {
  const { width, height } = contentOf(netWidth, netHeight, imageWidth, imageHeight);
  const padding = (netHeight - height) | (netWidth - width);
  // Both the padding and its half, the left or top part of it, have to be multiples of the cell size.
  const bits = padding | (padding >> 1);
  if ((bits & 1) !== 0) return 4;
  return (bits & 2) !== 0 ? 2 : 1;
}

/** CASIA's cut, in whole cells: fractions are dropped, so content may lose or gain up to a cell. */
function casiaCut(width: number, height: number, imageWidth: number, imageHeight: number): Cut {
  const gain = Math.min(height / imageHeight, width / imageWidth);
  const padX = (width - imageWidth * gain) / 2;
  const padY = (height - imageHeight * gain) / 2;
  const left = Math.trunc(padX);
  const top = Math.trunc(padY);
  return { left, top, width: Math.trunc(width - padX) - left, height: Math.trunc(height - padY) - top };
}

function retinaCut(letterbox: Letterbox, peer: RasterMode['peer']): { factor: 1 | 2 | 4; cut: Cut } {
  const { netWidth, netHeight, imageWidth, imageHeight } = letterbox;
  const width = netWidth / PROTOTYPE_STRIDE;
  const height = netHeight / PROTOTYPE_STRIDE;
  if (peer === 'casia') return { factor: 1, cut: casiaCut(width, height, imageWidth, imageHeight) };
  const factor = upsamplingFactor(netWidth, netHeight, imageWidth, imageHeight);
  const fineWidth = factor * width;
  const fineHeight = factor * height;
  // Ultralytics leaves a grid alone that already has the image's size; the general rule comes to the same there.
  return { factor, cut: contentOf(fineWidth, fineHeight, imageWidth, imageHeight) };
}

/**
 * The recipe for a letterbox and a mode.
 * @throws FastSAMError `INVALID_ARGUMENT` if the network input's sides are no multiples of the prototypes' stride.
 */
export function rasterGeometry(letterbox: Letterbox, mode: RasterMode): RasterGeometry {
  const { netWidth, netHeight, imageWidth, imageHeight } = letterbox;
  if (netWidth % PROTOTYPE_STRIDE !== 0 || netHeight % PROTOTYPE_STRIDE !== 0) {
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      `network input: got ${netWidth} x ${netHeight} pixels, expected multiples of ${PROTOTYPE_STRIDE}`,
    );
  }
  const prototypeWidth = netWidth / PROTOTYPE_STRIDE;
  const prototypeHeight = netHeight / PROTOTYPE_STRIDE;
  const prototypes = { prototypeWidth, prototypeHeight };
  if (!mode.retina) {
    const cut = { left: 0, top: 0, cutWidth: prototypeWidth, cutHeight: prototypeHeight };
    const grid = { gridWidth: netWidth, gridHeight: netHeight };
    return { ...prototypes, ...cut, ...grid, factor: 1, cropsCells: mode.peer === 'casia' };
  }
  const { factor, cut } = retinaCut(letterbox, mode.peer);
  const place = { left: cut.left, top: cut.top, cutWidth: cut.width, cutHeight: cut.height };
  return { ...prototypes, ...place, factor, gridWidth: imageWidth, gridHeight: imageHeight, cropsCells: false };
}
