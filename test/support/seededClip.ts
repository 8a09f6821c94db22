/** The small CLIP of tools/golden/textPrompts.py: weights and images are functions of names and places. */
import type { RgbImage } from '../../src/image/rgbImage.js';
import { writeSafetensors } from '../../src/weights/writeSafetensors.js';
import type { WeightTensor } from '../../src/weights/tensor.js';

const WIDTH = 64;
const EMBED = 16;
const LAYERS = 2;
const ROUNDS = [
  [0x85ebca6b, 16],
  [0xc2b2ae35, 13],
  [0x27d4eb2f, 15],
] as const;

/** `count` numbers from -1 to 1. */
function noise(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    let h = (i + seed) | 0;
    for (const [factor, shift] of ROUNDS) h = Math.imul(h ^ (h >>> shift), factor);
    h ^= h >>> 16;
    return (h >>> 8) / 2 ** 23 - 1;
  });
}

/** FNV-1a. */
function seedOf(name: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) h = Math.imul(h ^ byte, 0x01000193);
  return h;
}

/** How far values go, and around what. */
function rangeOf(name: string): readonly [number, number] {
  if (name.includes('ln_') || name.endsWith('bias')) return [0.2, name.endsWith('weight') ? 1 : 0];
  if (name.includes('positional') || name.includes('class_embedding')) return [0.1, 0];
  if (name.includes('embedding')) return [1.5, 0];
  return [name === 'visual.conv1.weight' ? 0.1 : 0.25, 0];
}

function shapes(): [string, number[]][] {
  const block = (tower: string): [string, number[]][] =>
    Array.from({ length: LAYERS }, (_, i): [string, number[]][] => {
      const at = `${tower}transformer.resblocks.${i}.`;
      return [
        [`${at}ln_1.weight`, [WIDTH]],
        [`${at}ln_1.bias`, [WIDTH]],
        [`${at}attn.in_proj_weight`, [3 * WIDTH, WIDTH]],
        [`${at}attn.in_proj_bias`, [3 * WIDTH]],
        [`${at}attn.out_proj.weight`, [WIDTH, WIDTH]],
        [`${at}attn.out_proj.bias`, [WIDTH]],
        [`${at}ln_2.weight`, [WIDTH]],
        [`${at}ln_2.bias`, [WIDTH]],
        [`${at}mlp.c_fc.weight`, [4 * WIDTH, WIDTH]],
        [`${at}mlp.c_fc.bias`, [4 * WIDTH]],
        [`${at}mlp.c_proj.weight`, [WIDTH, 4 * WIDTH]],
        [`${at}mlp.c_proj.bias`, [WIDTH]],
      ];
    }).flat();
  const norm = (name: string): [string, number[]][] => [
    [`${name}.weight`, [WIDTH]],
    [`${name}.bias`, [WIDTH]],
  ];
  return [
    ['positional_embedding', [77, WIDTH]],
    ['text_projection', [WIDTH, EMBED]],
    ['visual.class_embedding', [WIDTH]],
    ['visual.positional_embedding', [50, WIDTH]],
    ['visual.proj', [WIDTH, EMBED]],
    ['visual.conv1.weight', [WIDTH, 3, 32, 32]],
    ...norm('visual.ln_pre'),
    ...block('visual.'),
    ...norm('visual.ln_post'),
    ...block(''),
    ['token_embedding.weight', [49408, WIDTH]],
    ...norm('ln_final'),
  ];
}

function tensor(shape: readonly number[], values: Float32Array): WeightTensor {
  return { dtype: 'float32', shape, toFloat32: () => values };
}

/** The file of the model, OpenAI's naming. */
export function seededClip(): Uint8Array {
  const tensors = new Map<string, WeightTensor>([['logit_scale', tensor([], Float32Array.of(Math.log(100)))]]);
  for (const [name, shape] of shapes()) {
    const [range, centre] = rangeOf(name);
    const values = noise(
      shape.reduce((a, b) => a * b, 1),
      seedOf(name),
    );
    tensors.set(
      name,
      tensor(
        shape,
        Float32Array.from(values, (value) => value * range + centre),
      ),
    );
  }
  return writeSafetensors(tensors, { activation: 'quick_gelu' });
}

/** An image of patches in some colours, with grain. */
export function seededImage(width: number, height: number, seed: number): RgbImage {
  const tints = noise(3 * 4000, seed);
  const grain = noise(width * height * 3, seed + 7);
  const data = Uint8Array.from(grain, (value, p) => {
    const [x, y] = [Math.floor(p / 3) % width, Math.floor(p / 3 / width)];
    const patch = (Math.floor(x / 23) + 40 * Math.floor(y / 19)) % 4000;
    return Math.min(255, Math.max(0, Math.floor(128 + 110 * tints[3 * patch + (p % 3)] + 15 * value)));
  });
  return { data, width, height };
}
