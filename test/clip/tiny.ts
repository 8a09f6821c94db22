/** The small CLIP models of test/golden/clip, and features that transformers and OpenCLIP compute from them. */
import { readFileSync } from 'node:fs';
import type { ClipActivation } from '../../src/clip/weights/config.js';
import { readSafetensors } from '../../src/weights/safetensors.js';

/** The same weights as OpenAI, transformers (twice) and OpenCLIP publish them. */
export const TINY_FILES = ['tiny.pt', 'tiny.safetensors', 'tiny.bin', 'tiny-openclip.bin'] as const;

/** Heads are 8 wide, which the tensors do not tell. */
export const TINY_HEADS = { visionHeads: 3, textHeads: 2 };

const GOLDEN = new URL('../golden/clip/', import.meta.url);

/** Unit vectors, one row an image or text. */
interface Expected {
  readonly images: readonly (readonly number[])[];
  readonly texts: readonly (readonly number[])[];
}

/** Inputs and expected features of a model. */
export interface ClipReference extends Readonly<Partial<Record<ClipActivation, Expected>>> {
  readonly pixels: Uint8Array[];
  readonly tokens: Int32Array[];
}

export const tinyBytes = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, GOLDEN)));

/** @param folder where tools/golden/clip.py wrote the model of that name. */
export function clipReference(name: string, folder: URL = GOLDEN): ClipReference {
  const { tensors } = readSafetensors(readFileSync(new URL(`${name}.inputs.safetensors`, folder)));
  const rows = (tensor: string): Float32Array[] => {
    const found = tensors.get(tensor);
    if (!found) throw new Error(`no ${tensor}`);
    const values = found.toFloat32();
    const size = values.length / found.shape[0];
    return Array.from({ length: found.shape[0] }, (_, i) => values.subarray(i * size, (i + 1) * size));
  };
  return {
    ...(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Record<ClipActivation, Expected>),
    pixels: rows('pixels').map((values) => Uint8Array.from(values)),
    tokens: rows('tokens').map((values) => Int32Array.from(values)),
  };
}

/** The largest difference over the largest expected value. */
export function relativeError(got: Float32Array, expected: readonly (readonly number[])[]): number {
  const values = expected.flat();
  if (got.length !== values.length) throw new Error(`got ${String(got.length)} values, not ${String(values.length)}`);
  const largest = Math.max(...values.map(Math.abs));
  return Math.max(...values.map((value, i) => Math.abs(value - got[i]))) / largest;
}
