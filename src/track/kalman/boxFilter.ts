/** Kalman filter of a box that moves and changes its size at constant velocity (SORT, arXiv 1602.00763, and its heirs). */
import type { Xyxy } from '../../record/boxes.js';
import { PlanarFilter, type Pair } from './planarFilter.js';
import type { Affine } from '../types.js';

/** Noise of positions and of velocities, as shares of the box's size (DeepSORT, arXiv 1703.07402). */
const POSITION = 1 / 20;
const VELOCITY = 1 / 160;
/** A new track knows its position to 2 such deviations and its velocity to 10. */
const NEW_POSITION = 2;
const NEW_VELOCITY = 10;

/**
 * How a box is observed, next to its centre: `xyah` by aspect ratio (width / height) and height (ByteTrack), `xywh` by
 * width and height (BoT-SORT, TrackTrack).
 */
export type BoxModel = 'xyah' | 'xywh';

/** Standard deviations of the aspect ratio under `xyah`, whose noise does not grow with the box. */
const ASPECT = { process: 1e-2, measurement: 1e-1, velocity: 1e-5 };

/** Where a box is believed to be. */
export class BoxFilter {
  readonly #centre: PlanarFilter;
  readonly #size: PlanarFilter;

  /** @param box xyxy, with an area. */
  constructor(
    readonly model: BoxModel,
    box: Xyxy,
  ) {
    const { centre, size } = observe(model, box);
    const noise = deviations(model, size);
    const start = (pair: Pair, factor: number): Pair => [pair[0] * factor, pair[1] * factor];
    // The aspect ratio starts with the deviations of its process, whatever the factors.
    const aspect = model === 'xyah';
    const sizePosition: Pair = aspect
      ? [ASPECT.process, noise.size[1] * NEW_POSITION]
      : start(noise.size, NEW_POSITION);
    const sizeVelocity: Pair = aspect
      ? [ASPECT.velocity, noise.sizeVelocity[1] * NEW_VELOCITY]
      : start(noise.sizeVelocity, NEW_VELOCITY);
    this.#centre = new PlanarFilter(
      centre,
      start(noise.centre, NEW_POSITION),
      start(noise.centreVelocity, NEW_VELOCITY),
    );
    this.#size = new PlanarFilter(size, sizePosition, sizeVelocity);
  }

  /**
   * One frame on.
   * @param coasting the object was not seen in the last frame: its size stops changing (`xyah`: the height only).
   */
  predict(coasting: boolean): void {
    if (coasting) this.#size.velocity = this.model === 'xyah' ? [this.#size.velocity[0], 0] : [0, 0];
    const noise = deviations(this.model, this.#size.position);
    this.#centre.predict(noise.centre, noise.centreVelocity);
    this.#size.predict(noise.size, noise.sizeVelocity);
  }

  /**
   * Takes a measured box.
   * @param trust factor on the variance of the measurement; 1 for plain filters.
   */
  update(box: Xyxy, trust = 1): void {
    const measured = observe(this.model, box);
    const noise = deviations(this.model, this.#size.position);
    const size: Pair = this.model === 'xyah' ? [ASPECT.measurement, noise.size[1]] : noise.size;
    this.#centre.update(measured.centre, variances(noise.centre, trust));
    this.#size.update(measured.size, variances(size, trust));
  }

  /**
   * Follows the camera: the centre and its velocity are turned and scaled, the size becomes that of the upright box
   * around the turned one. For `xywh` only.
   */
  warp([a, b, tx, c, d, ty]: Affine): void {
    this.#centre.warp([a, b, c, d], [tx, ty]);
    this.#size.warp([Math.abs(a), Math.abs(b), Math.abs(c), Math.abs(d)], [0, 0]);
  }

  /** The believed box, xyxy. */
  get box(): Xyxy {
    const [x, y] = this.#centre.position;
    const [first, height] = this.#size.position;
    const width = this.model === 'xyah' ? first * height : first;
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
  }

  /** The state: centre (2), size (2), their velocities (4). */
  get mean(): Float64Array {
    const [centre, size] = [this.#centre, this.#size];
    return Float64Array.of(...centre.position, ...size.position, ...centre.velocity, ...size.velocity);
  }

  /** The covariances, 4 x 4 row by row, of the centre with its velocity and of the size with its; the two are independent. */
  get covariances(): { readonly centre: Float64Array; readonly size: Float64Array } {
    return { centre: this.#centre.covariance, size: this.#size.covariance };
  }
}

function observe(model: BoxModel, [x1, y1, x2, y2]: Xyxy): { readonly centre: Pair; readonly size: Pair } {
  const width = x2 - x1;
  const height = y2 - y1;
  return { centre: [x1 + width / 2, y1 + height / 2], size: [model === 'xyah' ? width / height : width, height] };
}

/** Standard deviations of the process at a size. */
interface Deviations {
  readonly centre: Pair;
  readonly centreVelocity: Pair;
  readonly size: Pair;
  readonly sizeVelocity: Pair;
}

function deviations(model: BoxModel, [first, height]: Pair): Deviations {
  if (model === 'xyah') {
    const position = POSITION * height;
    const velocity = VELOCITY * height;
    return {
      centre: [position, position],
      centreVelocity: [velocity, velocity],
      size: [ASPECT.process, position],
      sizeVelocity: [ASPECT.velocity, velocity],
    };
  }
  const position: Pair = [POSITION * first, POSITION * height];
  const velocity: Pair = [VELOCITY * first, VELOCITY * height];
  return { centre: position, centreVelocity: velocity, size: position, sizeVelocity: velocity };
}

function variances(deviation: Pair, factor: number): Pair {
  return [deviation[0] ** 2 * factor, deviation[1] ** 2 * factor];
}
