/** Advice of models: their stages, edits, checkpoints and what they are compared with. */
import * as tf from '@tensorflow/tfjs';
import { afterAll } from 'vitest';
import type { Advice } from './trial.js';
import { Clip } from '../../../src/entry/clip.js';
import { FastSAM, type Edits } from '../../../src/index.js';
import { compareActivations } from '../../../src/model/compare.js';
import { webGlPrograms, type WebGlBackend } from '../../../src/runtime/shadersWebGl.js';
import { rejectionOf } from '../../support/errors.js';
import { goldenPath } from '../../support/golden.js';
import { scene, TRAINED } from '../../support/paths.js';
import { seededClip } from '../../support/seededClip.js';
import { tinyFile, tinyNetwork } from '../../support/tinyNetwork.js';

const COINS = scene('coins.png');
const SMALL = { imgsz: 64 } as const;
const TINY = goldenPath('layers/tiny.safetensors');
const load = (source: string | Uint8Array, options = {}) => FastSAM.load(source, { device: 'wasm', ...options });
const model = await load(TRAINED);
const clip = await Clip.load(seededClip());
const letterboxed = await model.letterbox(COINS, SMALL);
const batch = tf.fill<tf.Rank.R4>([1, 32, 32, 3], 0.5);
const odd = tf.fill<tf.Rank.R4>([1, 33, 32, 3], 0.5);
const { tensors } = tinyFile('tiny');
const network = tinyNetwork('tiny');

afterAll(() => {
  model.dispose();
  clip.dispose();
  letterboxed.dispose();
  network.model.dispose();
  tf.dispose([batch, odd]);
});

const activations = (names: readonly string[], edit?: unknown) =>
  model.activations(COINS, names, {
    ...SMALL,
    ...(edit !== undefined && { edit: { 'model.9': edit } as unknown as Edits }),
  });
const activate = async (names: readonly string[], edit?: unknown): Promise<void> => {
  tf.dispose(await activations(names, edit));
};
const activateFloats = async (input: tf.Tensor4D) => {
  tf.dispose(await model.activations(input, ['model.9']));
};

/** Results whose model, with encoders of its own, is gone. */
async function orphans() {
  const owner = await load(TRAINED, { textModel: seededClip() });
  const results = await owner.segment(COINS, { ...SMALL, maxDet: 1 });
  return { owner, results };
}

/** TensorFlow.js' WebGL with a driver that links no program. */
const REFUSING = {
  gpgpu: {
    gl: {
      isContextLost: () => false,
      getProgramParameter: () => false,
      getProgramInfoLog: () => 'too many temporaries',
    },
  },
} as unknown as WebGlBackend;

export const MODELS: Advice = {
  trials: [
    {
      advice: "load the model with device: 'wasm'",
      provoke: () => webGlPrograms(REFUSING, { conv: { webGLProgram: {} } }, {}).next(),
      follow: async () => {
        const elsewhere = await FastSAM.load(TINY, { device: 'wasm' });
        await elsewhere.segment(COINS, SMALL);
        elsewhere.dispose();
      },
    },
    {
      advice: 'load it again',
      provoke: async () => {
        const gone = await load(TINY);
        gone.dispose();
        await gone.segment(COINS, SMALL);
      },
      follow: async () => {
        const again = await load(TINY);
        await again.segment(COINS, SMALL);
        again.dispose();
      },
    },
    {
      advice: "write { '{}': (t) => t.mul(0) }",
      provoke: () => activate(['model.22'], 0),
      follow: () => activate(['model.22'], (t: tf.Tensor) => t.mul(0)),
    },
    {
      advice: 'return one of that shape',
      provoke: () => activate(['model.22'], (t: tf.Tensor) => t.sum()),
      follow: () => activate(['model.22'], (t: tf.Tensor) => tf.fill(t.shape, 1)),
    },
    {
      advice: 'try {}',
      provoke: () => activate(['model.2.m0']),
      follow: async () => {
        const { message } = await rejectionOf(() => activate(['model.2.m0']));
        await activate(message.split('; try ')[1].split(', '));
      },
    },
    {
      advice: 'letterbox the image first',
      provoke: () => activateFloats(odd),
      follow: () => activateFloats(letterboxed.tensor),
    },
    {
      advice: "prompt before, or give { clip: await Clip.load('ViT-B/32') }",
      provoke: async () => {
        const { owner, results } = await orphans();
        owner.dispose();
        await results.promptText('a coin');
      },
      follow: async () => {
        const { owner, results } = await orphans();
        await results.promptText('a coin');
        owner.dispose();
        await results.promptText('a coin', { clip });
      },
    },
    {
      advice: 'letterbox the other image itself',
      provoke: () => letterboxed.with(batch),
      follow: async () => {
        (await model.letterbox(scene('coins.png'), { imgsz: 32 })).dispose();
      },
    },
    {
      advice: 'flatten lists of points',
      provoke: () => letterboxed.toNetwork([[1, 2]] as never),
      follow: () => letterboxed.toNetwork([[1, 2]].flat()),
    },
    {
      advice: 'leave it out, or do not stretch',
      provoke: async () => (await model.detect(COINS, { ...SMALL, stretch: true })).toResults({ compat: 'casia' }),
      follow: async () => {
        await (await model.detect(COINS, { ...SMALL, stretch: true })).toResults();
        await (await model.detect(COINS, SMALL)).toResults({ compat: 'casia' });
      },
    },
    {
      advice: 'make one with the script of: fastsam compare --script',
      provoke: () => compareActivations(network, { tensors, metadata: {} }),
      follow: () => compareActivations(network, tinyFile('tiny.reference')), // tools/golden/layers.py runs that script
    },
    {
      advice: 'leave it out, or give it to letterbox',
      provoke: () => model.detect(batch, SMALL),
      follow: async () => {
        await model.detect(batch);
        const made = await model.letterbox(COINS, SMALL);
        await model.detect(made);
        made.dispose();
      },
    },
  ],
  elsewhere: {
    'leave one of them out': 'model/stages/masks.test.ts',
    'dispose the models and load them again': 'runtime/manners.test.ts',
  },
  untried: {},
};
