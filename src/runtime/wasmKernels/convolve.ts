/** tfjs' FusedConv2D: which of our kernels does it, or tfjs' own. */
import * as tf from '../tfjs.js';
import type { ConvInputs, WinogradConvolution } from '../winograd/convolution.js';
import { fitsWinograd } from '../winograd/fits.js';
import { fitsProduct, pointwise, strided, type Direct } from './direct.js';

/** What the kernel is called with. */
export interface ConvArgs {
  readonly inputs: Omit<ConvInputs, 'bias'> & Partial<ConvInputs>;
  readonly attrs: {
    readonly strides: number | readonly [number, number];
    readonly pad: unknown;
    readonly dilations?: number | readonly [number, number];
    readonly activation?: string;
  };
}

/** A border of one cell on all sides. */
const BORDER_OF_ONE = JSON.stringify([
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
]);

const both = (value: number | readonly number[], wanted: number): boolean => [value].flat().every((v) => v === wanted);

/** The result; undefined where tfjs' own kernel has to do it. */
export function convolve(
  winograd: WinogradConvolution,
  direct: Direct,
  { inputs, attrs }: ConvArgs,
): tf.TensorInfo | undefined {
  const { strides, pad, dilations = 1, activation = 'linear' } = attrs;
  const { x, filter, bias } = inputs;
  if (!bias || activation !== 'linear' || !both(dilations, 1)) return undefined;
  const side = filter.shape[0] === filter.shape[1] ? filter.shape[0] : 0;
  const whole = { x, filter, bias };
  if (side === 3 && both(strides, 1) && pad === 'same') {
    return fitsWinograd(whole) ? winograd.run(whole) : undefined;
  }
  if (direct.pool.threads === 1) return undefined; // tfjs' own is the faster one
  if (side === 1 && both(strides, 1) && (pad === 'same' || pad === 'valid')) {
    return fitsProduct(whole, tf.util.sizeFromShape(x.shape.slice(0, 3))) ? pointwise(direct, whole) : undefined;
  }
  if (side === 3 && both(strides, 2) && JSON.stringify(pad) === BORDER_OF_ONE) {
    return fitsProduct(whole, Math.ceil(x.shape[2] / 2)) ? strided(direct, whole) : undefined;
  }
  return undefined;
}
