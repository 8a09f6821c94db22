/** The small CLIP models of test/golden/clip, and features that transformers and OpenCLIP compute from them. */
import { readFileSync } from 'node:fs';
import type { ClipActivation } from '../../src/clip/weights/config.js';
import { join } from 'node:path';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { goldenBytes, goldenPath } from '../support/golden.js';

/** The same weights as OpenAI, transformers (twice) and OpenCLIP publish them. */
export const TINY_FILES = ['tiny.pt', 'tiny.safetensors', 'tiny.bin', 'tiny-openclip.bin'] as const;

/** Heads are 8 wide, which the tensors do not tell. */
export const TINY_HEADS = { visionHeads: 3, textHeads: 2 };

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

export const tinyBytes = (name: string): Uint8Array => goldenBytes(`clip/${name}`);

/** @param folder where tools/golden/clip.py wrote the model of that name. */
export function clipReference(name: string, folder = goldenPath('clip')): ClipReference {
  const { tensors } = readSafetensors(readFileSync(join(folder, `${name}.inputs.safetensors`)));
  const rows = (tensor: string): Float32Array[] => {
    const found = tensors.get(tensor);
    if (!found) throw new Error(`no ${tensor}`);
    const values = found.toFloat32();
    const size = values.length / found.shape[0];
    return Array.from({ length: found.shape[0] }, (_, i) => values.subarray(i * size, (i + 1) * size));
  };
  return {
    ...(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Record<ClipActivation, Expected>),
    pixels: rows('pixels').map((values) => Uint8Array.from(values)),
    tokens: rows('tokens').map((values) => Int32Array.from(values)),
  };
}
