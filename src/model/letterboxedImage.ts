/** An image in the form in which the network gets it, and the way back. */
import * as tf from '../runtime/tfjs.js';
import { exactTransform } from '../compat/boxes.js';
import { invalidArgument } from '../errors.js';
import type { Letterbox } from '../image/letterbox.js';
import type { RgbImage } from '../image/rgbImage.js';
import { onDevice } from '../runtime/onDevice.js';
import { toTensor } from './detector.js';

/** An image as the network gets it. */
export interface NetworkImage {
  readonly image: RgbImage;
  readonly letterbox: Letterbox;
  /** Bytes 0…255 or floats 0…1, `netHeight * netWidth * 3`, RGB. */
  readonly pixels: Uint8Array | Float32Array;
  /** The size that was asked for. */
  readonly imgsz: number | readonly [number, number];
  /** Milliseconds of reading and letterboxing. */
  readonly time: number;
}

/** What a letterboxed image is made of; without pixels where its tensor was replaced. */
export type LetterboxedParts = Omit<NetworkImage, 'pixels'> & Partial<Pick<NetworkImage, 'pixels'>>;

/** The network's input of one image: what `letterbox` makes and `detect` takes. It holds a tensor until it is disposed. */
export class LetterboxedImage {
  /** The image that it was made of. */
  readonly image: RgbImage;
  /** Where the image lies in the network's input. */
  readonly letterbox: Letterbox;
  /** float32 [1,H,W,3], RGB 0…1, padding included: bit for bit what the network sees. It stays this object's. */
  readonly tensor: tf.Tensor4D;
  /** What `detect` looks at. */
  readonly parts: LetterboxedParts;

  /** @param tensor instead of the pixels'; becomes this object's. */
  constructor(parts: LetterboxedParts, tensor?: tf.Tensor4D) {
    const { netWidth: width, netHeight: height } = parts.letterbox;
    this.parts = parts;
    this.image = parts.image;
    this.letterbox = parts.letterbox;
    this.tensor = tensor ?? onDevice(() => toTensor({ images: parts.pixels ? [parts.pixels] : [], width, height }));
  }

  /**
   * The same image and geometry with other values, for changes that the eye or the network is to see: noise, an attack, a
   * patch. They go into the network as they are.
   * @param tensor float32 of the same shape, 0…1; stays the caller's.
   * @throws FastSAMError `INVALID_ARGUMENT` for another shape or type.
   */
  with(tensor: tf.Tensor): LetterboxedImage {
    const { netWidth, netHeight } = this.letterbox;
    const shape = [1, netHeight, netWidth, 3];
    if (tensor.dtype !== 'float32' || tensor.shape.join() !== shape.join()) {
      throw invalidArgument(
        `tensor: got ${tensor.dtype} [${tensor.shape.join(', ')}], expected float32 [${shape.join(', ')}] as before; ` +
          'letterbox the other image itself',
      );
    }
    const { image, letterbox, imgsz, time } = this.parts;
    return new LetterboxedImage({ image, letterbox, imgsz, time }, tf.clone(tensor) as tf.Tensor4D);
  }

  /**
   * From pixels of the network's input to the image's: (value - padding) / gain of each axis; nothing is clipped.
   * @param xy points x, y, x, y … or boxes x1, y1, x2, y2 …
   * @throws FastSAMError `INVALID_ARGUMENT` for an odd number of values.
   */
  toImage(xy: ArrayLike<number>): Float64Array {
    const { gainX, gainY, padX, padY } = exactTransform(this.letterbox);
    return mapPairs(
      xy,
      (x) => (x - padX) / gainX,
      (y) => (y - padY) / gainY,
    );
  }

  /**
   * From pixels of the image to the network's input's.
   * @param xy points x, y, x, y … or boxes x1, y1, x2, y2 …
   * @throws FastSAMError `INVALID_ARGUMENT` for an odd number of values.
   */
  toNetwork(xy: ArrayLike<number>): Float64Array {
    const { gainX, gainY, padX, padY } = exactTransform(this.letterbox);
    return mapPairs(
      xy,
      (x) => x * gainX + padX,
      (y) => y * gainY + padY,
    );
  }

  /** Frees the tensor. May be called again. */
  dispose(): void {
    this.tensor.dispose();
  }

  /** `dispose` at the end of a block with `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function mapPairs(xy: ArrayLike<number>, ofX: (x: number) => number, ofY: (y: number) => number): Float64Array {
  if (xy.length % 2 !== 0) {
    throw invalidArgument(`points: got ${xy.length} values, expected pairs x, y, x, y …; flatten lists of points`);
  }
  return Float64Array.from(xy, (value, i) => (i % 2 === 0 ? ofX(value) : ofY(value)));
}
