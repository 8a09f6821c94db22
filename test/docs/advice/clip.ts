/** Advice of CLIP models and their texts, and of the device that models share. */
import type { Advice } from './trial.js';
import { Clip, type ClipOptions } from '../../../src/clip/clip.js';
import { ClipTokenizer, loadTokenizer } from '../../../src/clip/text/tokenizer.js';
import { FastSAM, readSafetensors, writeSafetensors } from '../../../src/index.js';
import { clipReference, TINY_HEADS, tinyBytes } from '../../clip/tiny.js';
import { goldenBytes } from '../../support/golden.js';
import { TRAINED } from '../../support/paths.js';

const whole = tinyBytes('tiny.safetensors');
const [padded] = clipReference('tiny').tokens;
const unpadded = padded.slice(0, padded.indexOf(Math.max(...padded)) + 1);

/** Loads a model, uses it and lets go of it. */
async function withClip(
  source: Uint8Array,
  options: ClipOptions = TINY_HEADS,
  use: (clip: Clip) => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const clip = await Clip.load(source, options);
  try {
    await use(clip);
  } finally {
    clip.dispose();
  }
}

/** The file without one of its tensors. */
function incomplete(): Uint8Array {
  const { tensors } = readSafetensors(whole);
  return writeSafetensors(new Map([...tensors].filter(([name]) => !name.endsWith('final_layer_norm.bias'))));
}

const encode = async (text: string): Promise<Int32Array> => (await loadTokenizer()).encode(text, 'error');

async function load(device: 'wasm' | 'webgl'): Promise<void> {
  const first = await FastSAM.load(TRAINED, { device: 'wasm' });
  try {
    (await FastSAM.load(TRAINED, { device })).dispose();
  } finally {
    first.dispose();
  }
}

export const CLIP: Advice = {
  trials: [
    {
      advice: 'pad with zeros after the end token',
      provoke: () => withClip(whole, TINY_HEADS, (clip) => clip.encodeTokens([unpadded])),
      follow: () => withClip(whole, TINY_HEADS, (clip) => clip.encodeTokens([padded])),
    },
    {
      // What runs here is WebAssembly, and stays it: only the first half is followed.
      advice: 'use fp32, or run: fastsam setup',
      provoke: () => withClip(whole, { ...TINY_HEADS, precision: 'fp16' }),
      follow: () => withClip(whole, { ...TINY_HEADS, precision: 'fp32' }),
    },
    {
      // The models of other trials stay: only the second half is followed.
      advice: 'dispose those models first, or ask for "{}"',
      provoke: () => load('webgl'),
      follow: () => load('wasm'),
    },
    {
      advice: 'use the weights of a CLIP model with a ViT image encoder',
      provoke: () => withClip(goldenBytes('layers/tiny.safetensors')),
      follow: () => withClip(whole),
    },
    {
      advice: 'give {}',
      provoke: () => withClip(whole, {}),
      follow: () => withClip(whole, TINY_HEADS),
    },
    {
      advice: 'expected the {} tensors of {}; check that the file is whole and a CLIP model',
      provoke: () => withClip(incomplete()),
      follow: () => withClip(whole),
    },
    {
      advice: 'write one',
      provoke: () => encode('  '),
      follow: () => encode('a black dog'),
    },
    {
      advice: 'shorten it',
      provoke: () => encode('a black dog '.repeat(30)),
      follow: () => encode('a black dog '.repeat(20)),
    },
    {
      advice: 'install again',
      provoke: () => ClipTokenizer.load('not the vocabulary'),
      follow: () => loadTokenizer(),
    },
  ],
  elsewhere: {},
  untried: {
    'use ViT-B/32, ViT-B/16, ViT-L/14 or ViT-L/14@336px':
      'a download of 350 MB; test/clip/weights.test.ts has the message',
    'text: {} layers of {})': 'no advice: a description of a model',
  },
};
