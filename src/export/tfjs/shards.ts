/** Weights of a tfjs model on disk: one stream of bytes, cut into files that browsers keep in their cache. */
import type * as tf from '../../runtime/tfjs.js';
import { toFloat16 } from '../../geometry/half.js';
import type { ExportedFile } from '../exportedFile.js';

/** Largest file of weights, as tfjs' own converter cuts them. */
const SHARD_BYTES = 4 * 2 ** 20;

/** An array of a model. */
export interface TfjsWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
  /** May be stored in float16. */
  readonly trained: boolean;
}

/** What stands in `model.json` about the weights, and their files. */
export interface WeightFiles {
  readonly manifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly tf.io.WeightsManifestEntry[];
  }[];
  readonly files: readonly ExportedFile[];
}

/** @param half stores trained float32 weights in float16, which tfjs widens when it loads them. */
export function weightFiles(weights: readonly TfjsWeight[], half: boolean): WeightFiles {
  const stored = weights.map(({ name, shape, values, trained }) => {
    const halved = half && trained && values instanceof Float32Array;
    const data = halved ? toFloat16(values) : values;
    const dtype = values instanceof Int32Array ? ('int32' as const) : ('float32' as const);
    const quantization = halved ? { quantization: { dtype: 'float16' as const, original_dtype: 'float32' } } : {};
    const entry: tf.io.WeightsManifestEntry = { name, shape: [...shape], dtype, ...quantization };
    return { entry, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  });
  const shards = cut(stored.map(({ bytes }) => bytes));
  const files = shards.map((bytes, i) => ({
    name: `group1-shard${i + 1}of${shards.length}.bin`,
    bytes,
  }));
  return { manifest: [{ paths: files.map(({ name }) => name), weights: stored.map(({ entry }) => entry) }], files };
}

/** The parts one after the other, in pieces of `SHARD_BYTES`. */
function cut(parts: readonly Uint8Array[]): Uint8Array[] {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const shards: Uint8Array[] = [];
  for (let start = 0; start < whole.length; start += SHARD_BYTES)
    shards.push(whole.subarray(start, start + SHARD_BYTES));
  return shards;
}

/** `model.json`. */
export function modelJson(
  format: 'layers-model' | 'graph-model',
  content: Readonly<Record<string, unknown>>,
): ExportedFile {
  const text = JSON.stringify({ format, generatedBy: 'fastsam-tfjs', convertedBy: null, ...content });
  return { name: 'model.json', bytes: new TextEncoder().encode(text) };
}
