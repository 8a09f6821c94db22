/** In which floating-point type the operations of a graph are written. */
import type { Precision } from '../choices.js';

/** The type in which the operations traced now are written; undefined when nothing is being traced. */
let region: Precision | undefined;

/** The precision of the operation that is being traced. */
export function currentPrecision(): Precision {
  return region ?? 'fp32';
}

/**
 * Inside a function that is being compiled: the float32 operations of `f` are written into the graph in this precision,
 * with casts where tensors enter or leave. Elsewhere it just calls `f`: tfjs itself always computes in float32.
 */
export function inPrecision<T>(precision: Precision, f: () => T): T {
  if (region === undefined) return f();
  return within(precision, f);
}

/** As `inPrecision('fp32', f)`: for what would suffer in half precision, such as coordinates. */
export function keepFloat32<T>(f: () => T): T {
  return inPrecision('fp32', f);
}

/** Calls `f` as something that is being traced. */
export function whileTracing<T>(precision: Precision, f: () => T): T {
  return within(precision, f);
}

function within<T>(precision: Precision, f: () => T): T {
  const outer = region;
  region = precision;
  try {
    return f();
  } finally {
    region = outer;
  }
}

/**
 * Operations that stay float32 in a region of half precision, because TensorFlow has no kernel for it on the CPU or gives
 * float32 in any case. Their inputs and outputs are cast.
 */
export const FLOAT32_ONLY: ReadonlySet<string> = new Set([
  'AdjustContrastv2',
  'Bincount',
  'CropAndResize',
  'DenseBincount',
  'FusedBatchNorm', // the version that tfjs calls; fold batch norm into the convolutions instead
  'ImageProjectiveTransformV3',
  'LRN',
  'LinSpace',
  'Multinomial',
  'NonMaxSuppressionV2',
  'NonMaxSuppressionV3',
  'NonMaxSuppressionV4',
  'NonMaxSuppressionV5',
  'ResizeBicubic',
  'ResizeBilinear',
]);
