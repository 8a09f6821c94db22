/** CLIP weights: every published naming gives the same tensors, and what is no such file is refused by name. */
import { describe, expect, test } from 'vitest';
import { CLIP_CATALOGUE } from '../../src/clip/weights/catalogue.js';
import { transpose } from '../../src/clip/weights/derivedTensor.js';
import { clipWeightsOf, openClip } from '../../src/clip/weights/openClip.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { findIn } from '../../src/weights/catalogue.js';
import { readCheckpoint, type Checkpoint } from '../../src/weights/checkpoint.js';
import type { WeightTensor } from '../../src/weights/tensor.js';
import { rejectionOf } from '../support/errors.js';
import { FileServer } from '../support/fileServer.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { TINY_FILES, TINY_HEADS, tinyBytes } from './tiny.js';

const read = (file: string): Promise<Checkpoint> => readCheckpoint(tinyBytes(file));

/** The checkpoint with some tensors taken out or put in. */
function altered(checkpoint: Checkpoint, changes: Readonly<Record<string, WeightTensor | undefined>>): Checkpoint {
  const tensors = new Map(checkpoint.tensors);
  for (const [name, tensor] of Object.entries(changes)) {
    if (tensor) tensors.set(name, tensor);
    else tensors.delete(name);
  }
  return { ...checkpoint, tensors };
}

const zeros = (...shape: number[]): WeightTensor => ({
  dtype: 'float32',
  shape,
  toFloat32: () => new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

test.each(TINY_FILES)('%s has the values of the OpenCLIP file under the same names', async (file) => {
  const expected = clipWeightsOf(await read('tiny-openclip.bin'), TINY_HEADS).tensors;
  const { tensors, config } = clipWeightsOf(await read(file), TINY_HEADS);
  expect([...tensors.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, tensor] of expected) expect(tensors.get(name)?.toFloat32(), name).toEqual(tensor.toFloat32());
  expect(config).toMatchObject({
    name: 'ViT-custom',
    imageSize: 24,
    patchSize: 8,
    embedDim: 12,
    visionWidth: 24,
    visionLayers: 2,
    textWidth: 16,
    textLayers: 2,
    contextLength: 16,
    vocabSize: 48,
  });
});

test('names of a text tower of its own are read', async () => {
  const plain = await read('tiny-openclip.bin');
  const tower = new Map(
    [...plain.tensors].map(([name, tensor]) => [/^(visual|logit)/.test(name) ? name : `text.${name}`, tensor]),
  );
  expect([...clipWeightsOf({ ...plain, tensors: tower }, TINY_HEADS).tensors.keys()]).toEqual([
    ...plain.tensors.keys(),
  ]);
});

test('a matrix is transposed row by row', () => {
  expect(transpose(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3)).toEqual(Float32Array.of(1, 4, 2, 5, 3, 6));
});

describe('the activation', () => {
  const of = async (file: string, origin?: string) =>
    clipWeightsOf(await read(file), { ...TINY_HEADS, ...(origin !== undefined && { origin }) }).config.activation;

  test.each([
    ['tiny.pt', undefined, 'quick_gelu'],
    ['tiny.safetensors', undefined, 'quick_gelu'],
    ['tiny-openclip.bin', undefined, 'gelu'],
    ['tiny.safetensors', '/models/CLIP-ViT-B-32-laion2B-s34B-b79K/model.safetensors', 'gelu'],
    ['tiny-openclip.bin', 'vit_b_32-quickgelu-laion400m_e32.pt', 'quick_gelu'],
    ['tiny-openclip.bin', 'ViT-B-32-openai.bin', 'quick_gelu'],
  ] as const)('of %s named %s is %s', async (file, origin, activation) => {
    expect(await of(file, origin)).toBe(activation);
  });

  test("of OpenAI's mixture of formats is theirs, also without the sizes beside the weights", async () => {
    const stripped = altered(await read('tiny.pt'), { input_resolution: undefined });
    expect(clipWeightsOf(stripped, TINY_HEADS).config.activation).toBe('quick_gelu');
  });

  test('is what the file or the caller says', async () => {
    const checkpoint = { ...(await read('tiny.safetensors')), metadata: { hidden_act: 'gelu' } };
    expect(clipWeightsOf(checkpoint, TINY_HEADS).config.activation).toBe('gelu');
    expect(clipWeightsOf(checkpoint, { ...TINY_HEADS, activation: 'quick_gelu' }).config.activation).toBe('quick_gelu');
  });
});

describe('refused', () => {
  const refusal = (changes: Readonly<Record<string, WeightTensor | undefined>>, file = 'tiny.safetensors') =>
    rejectionOf(async () => clipWeightsOf(altered(await read(file), changes), TINY_HEADS));

  test('a missing tensor, by name', async () => {
    const error = await refusal({ 'text_model.encoder.layers.1.self_attn.k_proj.weight': undefined });
    expect(error.code).toBe('CHECKPOINT_MISMATCH');
    expect(error.message).toContain('1 missing (transformer.resblocks.1.attn.in_proj_weight)');
  });

  test('one that does not belong there', async () => {
    const error = await refusal({ 'visual.extra': zeros(3) }, 'tiny.pt');
    expect(error.code).toBe('CHECKPOINT_MISMATCH');
    expect(error.message).toContain('1 unexpected (visual.extra)');
  });

  test.each([
    ['tiny.pt', 'ln_final.bias', zeros(15), 'ln_final.bias [15] instead of [16]'],
    ['tiny.pt', 'visual.positional_embedding', zeros(9, 24), '[9, 24] instead of [10, 24]'],
    ['tiny.safetensors', 'vision_model.encoder.layers.0.self_attn.q_proj.weight', zeros(24, 23), '1 missing'],
    ['tiny.pt', 'visual.proj', zeros(24), 'visual.proj [24]'],
  ])('in %s a misshapen %s', async (file, name, tensor, message) => {
    const error = await refusal({ [name]: tensor }, file);
    expect(error.code).toBe('CHECKPOINT_MISMATCH');
    expect(error.message).toContain(message);
  });

  test.each([
    ['visual.layer1.0.conv1.weight', 'a modified ResNet'],
    ['visual.trunk.stem.0.weight', 'timm'],
    ['vision_model.head.probe', 'SigLIP'],
  ])('a model with %s, saying what is supported', async (name, what) => {
    const error = await refusal({ [name]: zeros(1) });
    expect(error.code).toBe('UNSUPPORTED_CHECKPOINT');
    expect(error.message).toContain(what);
    expect(error.message).toContain('use ViT-B/32, ViT-B/16, ViT-L/14 or ViT-L/14@336px');
  });

  test('a checkpoint of another kind of network', async () => {
    const tensors = new Map([['model.0.conv.weight', zeros(16, 3, 3, 3)]]);
    const error = await rejectionOf(async () => clipWeightsOf({ ...(await read('tiny.pt')), tensors }));
    expect(error.code).toBe('CHECKPOINT_MISMATCH');
    expect(error.message).toContain('got no visual.conv1.weight');
  });

  test('heads that do not divide the width', async () => {
    const error = await rejectionOf(async () => clipWeightsOf(await read('tiny.pt')));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.message).toContain('visionHeads');
  });
});

const cache = temporaryFolder();

test('a copy by transformers, as Hugging Face has it, loads by name once its hash is allowed', async () => {
  const server = new FileServer(tinyBytes('tiny.bin'));
  await server.start();
  const env: Record<string, string> = { FASTSAM_WEIGHTS_URL: server.origin };
  usePlatform({ ...nodePlatform, env: (name) => env[name], cacheFolder: () => cache });
  try {
    const { code, message } = await rejectionOf(() => openClip('ViT-B/32', TINY_HEADS));
    expect(code).toBe('DOWNLOAD_CORRUPT');
    const allowSha256 = /allowSha256: '([0-9a-f]{64})'/.exec(message)?.[1];
    expect(allowSha256).toBe(server.sha256);
    const { config, tensors } = await openClip('ViT-B/32', { ...TINY_HEADS, allowSha256 });
    const expected = clipWeightsOf(await read('tiny.safetensors'), TINY_HEADS);
    expect(config).toEqual(expected.config);
    expect([...tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort());
  } finally {
    usePlatform(nodePlatform);
    await server.stop();
  }
});

describe('the catalogue', () => {
  test.each(CLIP_CATALOGUE)("of $name has the checksum of OpenAI's address", ({ sources, versions, file }) => {
    expect(sources[0].url).toBe(`https://openaipublic.azureedge.net/clip/models/${versions[0].sha256}/${file}`);
    expect(sources).toHaveLength(versions.length);
    for (const { sha256 } of versions) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each(['ViT-B/32', 'vit-b-32', 'ViT-B-32.pt', 'vit_b_32'])('finds %s', (name) => {
    expect(findIn(CLIP_CATALOGUE, name)?.file).toBe('ViT-B-32.pt');
  });
});
