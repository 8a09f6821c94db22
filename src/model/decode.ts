/** From the network's raw outputs to boxes and scores. */
import * as tf from '../runtime/tfjs.js';
import { expectedDistances } from '../layers/dfl.js';
import type { Architecture } from './architecture.js';
import type { RawOutputs } from './network.js';

/** The anchors of an image, in pixels of the network's input. A = number of anchors. */
export interface Anchors {
  /** Centre (x, y) of each anchor's cell, [A,2]. */
  readonly centres: Float32Array;
  /** Side of each anchor's cell, [A,1]. */
  readonly strides: Float32Array;
}

/** What decoding has to know of an architecture: strides and bins. */
type DecodedSize = Pick<Architecture, 'family' | 'regMax'>;

/** What a batch of images holds. All tensors are the receiver's to dispose. */
export interface Decoded {
  /** [B,A,4] float32: x1, y1, x2, y2 in pixels of the network's input; may reach beyond it. */
  readonly boxes: tf.Tensor3D;
  /** [B,A,classes] float32: score of every class, 0…1. */
  readonly probabilities: tf.Tensor3D;
  /** [B,A] float32: score of the best class, 0…1. */
  readonly scores: tf.Tensor2D;
  /** [B,A] int32: the best class. */
  readonly classes: tf.Tensor2D;
  /** [B,A,maskCoefficients] float32. */
  readonly coefficients: tf.Tensor3D;
}

/**
 * The anchors for a network input of so many pixels: level after level, each row by row from the left.
 * @param netHeight multiple of the largest stride, as `netWidth`.
 * @param levelStrides pixels per cell of each level.
 */
export function anchorGrid(netHeight: number, netWidth: number, levelStrides: readonly number[]): Anchors {
  const centres: number[] = [];
  const strides: number[] = [];
  for (const stride of levelStrides) {
    for (let y = stride / 2; y < netHeight; y += stride) {
      for (let x = stride / 2; x < netWidth; x += stride) {
        centres.push(x, y);
        strides.push(stride);
      }
    }
  }
  return { centres: Float32Array.from(centres), strides: Float32Array.from(strides) };
}

/** The same as tensors, which the caller disposes: `centres` [A,2], `strides` [A,1]. */
export function anchorTensors(
  netHeight: number,
  netWidth: number,
  { family }: Pick<Architecture, 'family'>,
): { readonly centres: tf.Tensor2D; readonly strides: tf.Tensor2D } {
  const { centres, strides } = anchorGrid(netHeight, netWidth, family.head.strides);
  const count = strides.length;
  return { centres: tf.tensor2d(centres, [count, 2]), strides: tf.tensor2d(strides, [count, 1]) };
}

/**
 * Boxes from the DFL logits of anchors.
 * @param logits [B,A,4·regMax].
 * @param centres [A,2] and `strides` [A,1] as in `Anchors`; tensors, so that a compiled graph can take them as inputs.
 * @returns [B,A,4] xyxy, pixels of the network's input, not clipped.
 */
export function decodeBoxes(
  logits: tf.Tensor3D,
  centres: tf.Tensor2D,
  strides: tf.Tensor2D,
  regMax: number,
): tf.Tensor3D {
  return tf.tidy(() => boxesAt(expectedDistances(logits, regMax), centres, strides));
}

/** As `decodeBoxes`, from the distances of the sides: [B,A,4] in bins. */
export function boxesAt(distances: tf.Tensor3D, centres: tf.Tensor2D, strides: tf.Tensor2D): tf.Tensor3D {
  return tf.tidy(() => {
    const [leftTop, rightBottom] = tf.split(tf.mul(distances, strides), 2, 2);
    return tf.concat<tf.Tensor3D>([tf.sub(centres, leftTop), tf.add(centres, rightBottom)], 2);
  });
}

/**
 * Decodes all raw outputs.
 * @param raw stays the caller's.
 * @param netHeight height of the network's input in pixels, as `netWidth`.
 */
export function decode(raw: RawOutputs, netHeight: number, netWidth: number, architecture: DecodedSize): Decoded {
  const { centres, strides } = anchorTensors(netHeight, netWidth, architecture);
  const decoded = decodeAt(raw, centres, strides, architecture.regMax);
  tf.dispose([centres, strides]);
  return decoded;
}

/** As `decode`, with the anchors as tensors: `centres` [A,2] and `strides` [A,1] as in `Anchors`. */
export function decodeAt(
  raw: Pick<RawOutputs, 'boxes' | 'classes' | 'coefficients'>,
  centres: tf.Tensor2D,
  strides: tf.Tensor2D,
  regMax: number,
): Decoded {
  const [boxes, probabilities, scores, classes] = tf.tidy((): [tf.Tensor3D, tf.Tensor3D, tf.Tensor2D, tf.Tensor2D] => {
    const probabilities = tf.sigmoid(raw.classes);
    return [
      decodeBoxes(raw.boxes, centres, strides, regMax),
      probabilities,
      tf.max(probabilities, 2),
      tf.cast(tf.argMax(probabilities, 2), 'int32'),
    ];
  });
  return { boxes, probabilities, scores, classes, coefficients: tf.clone(raw.coefficients) };
}

/**
 * The same predictions as the head of Ultralytics (`model.22` in YOLOv8) gives them: [B, 4+classes+maskCoefficients, A] float32, rows
 * centre x, centre y, width, height (pixels of the network's input), class scores, mask coefficients.
 * @param raw stays the caller's.
 */
export function detectionRows(
  raw: RawOutputs,
  netHeight: number,
  netWidth: number,
  architecture: DecodedSize,
): tf.Tensor3D {
  return tf.tidy(() => {
    const distances = expectedDistances(raw.boxes, architecture.regMax);
    return rowsAt({ ...raw, distances }, netHeight, netWidth, architecture);
  });
}

/** As `detectionRows`, from the distances of the boxes' sides: [B,A,4] in bins. */
export function rowsAt(
  raw: Pick<RawOutputs, 'classes' | 'coefficients'> & { readonly distances: tf.Tensor3D },
  netHeight: number,
  netWidth: number,
  architecture: Pick<Architecture, 'family'>,
): tf.Tensor3D {
  return tf.tidy(() => {
    const { centres, strides } = anchorTensors(netHeight, netWidth, architecture);
    const [leftTop, rightBottom] = tf.split(boxesAt(raw.distances, centres, strides), 2, 2);
    const centre = tf.div(tf.add(leftTop, rightBottom), 2);
    const columns = [centre, tf.sub(rightBottom, leftTop), tf.sigmoid(raw.classes), raw.coefficients] as tf.Tensor3D[];
    return tf.transpose(tf.concat(columns, 2), [0, 2, 1]);
  });
}
