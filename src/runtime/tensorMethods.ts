/**
 * Methods of tensors, such as `t.mul(0)`, which edits and scalars of gradients are written with. tfjs' core has them only
 * where the whole package is loaded; its own file of them is no module of Node's. Methods that are there stay.
 */
import * as tf from './tfjs.js';

/** Methods that are the operation of that name on the tensor. */
const NAMES =
  'abs acos acosh add all any argMax argMin asin asinh atan atan2 atanh avgPool batchNorm batchToSpaceND broadcastTo cast ceil clipByValue conv1d conv2d conv2dTranspose cos cosh cumprod cumsum depthToSpace depthwiseConv2d dilation2d div divNoNan dot elu equal erf euclideanNorm exp expandDims expm1 fft floor floorDiv gather greater greaterEqual ifft irfft isFinite isInf isNaN leakyRelu less lessEqual localResponseNormalization log log1p logSigmoid logSoftmax logSumExp logicalAnd logicalNot logicalOr logicalXor matMul max maxPool maximum mean min minimum mirrorPad mod mul neg norm notEqual oneHot onesLike pad pool pow prelu prod reciprocal relu relu6 reshape reverse rfft round rsqrt selu separableConv2d sigmoid sign sin sinh slice softmax softplus spaceToBatchND split sqrt square squaredDifference squeeze step stridedSlice sub sum tan tanh tile topk transpose unique unsortedSegmentSum unstack zerosLike';

type Method = (this: tf.Tensor, ...args: never[]) => unknown;

/** The others. */
const OTHERS: Readonly<Record<string, Method>> = {
  as1D: flat,
  as2D: shaped,
  as3D: shaped,
  as4D: shaped,
  as5D: shaped,
  asScalar: shaped,
  asType(dtype: tf.DataType) {
    return tf.cast(this, dtype);
  },
  concat(others: tf.Tensor | tf.Tensor[], axis?: number) {
    return tf.concat([this, ...[others].flat()], axis);
  },
  flatten: flat,
  reshapeAs({ shape }: tf.Tensor) {
    return tf.reshape(this, shape);
  },
  resizeBilinear(...args: Rest<typeof tf.image.resizeBilinear>) {
    return tf.image.resizeBilinear(this as tf.Tensor3D, ...args);
  },
  resizeNearestNeighbor(...args: Rest<typeof tf.image.resizeNearestNeighbor>) {
    return tf.image.resizeNearestNeighbor(this as tf.Tensor3D, ...args);
  },
  stack(others: tf.Tensor | tf.Tensor[], axis?: number) {
    return tf.stack([this, ...[others].flat()], axis);
  },
  toBool() {
    return tf.cast(this, 'bool');
  },
  toFloat() {
    return tf.cast(this, 'float32');
  },
  toInt() {
    return tf.cast(this, 'int32');
  },
  where(condition: tf.Tensor, other: tf.Tensor) {
    return tf.where(condition, this, other);
  },
};

type Rest<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never;

function flat(this: tf.Tensor): tf.Tensor {
  return tf.reshape(this, [this.size]);
}

function shaped(this: tf.Tensor, ...sizes: number[]): tf.Tensor {
  return tf.reshape(this, sizes);
}

/** Gives tensors the methods that they lack. May be called again. */
export function addTensorMethods(): void {
  const operations = { ...tf.spectral, ...tf } as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;
  const direct = NAMES.split(' ').map((name): [string, Method] => [
    name,
    function (...args) {
      return operations[name](this, ...args);
    },
  ]);
  const methods = tf.Tensor.prototype as unknown as Record<string, Method | undefined>;
  for (const [name, method] of [...Object.entries(OTHERS), ...direct]) {
    methods[name] ??= function (...args) {
      this.throwIfDisposed();
      return method.apply(this, args);
    };
  }
}
