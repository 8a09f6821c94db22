/** Advice of models: their stages, edits, checkpoints and what they are compared with. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll } from 'vitest';
import type { Advice } from './trial.js';
import { Clip } from '../../../src/entry/clip.js';
import { FastSAM, writeSafetensors, type Edits, type WeightTensor } from '../../../src/index.js';
import { architectureOf } from '../../../src/model/architecture.js';
import { compareActivations } from '../../../src/model/compare.js';
import { YOLOV8_SEG } from '../../../src/model/families/yolov8Seg.js';
import { openCheckpoint } from '../../../src/model/open.js';
import { settingsOf } from '../../../src/model/settings.js';
import { loadWeights } from '../../../src/model/load.js';
import type { NetworkOptions } from '../../../src/model/network.js';
import { readCheckpoint } from '../../../src/weights/checkpoint.js';
import { factsOf } from '../../../src/weights/moduleFacts.js';
import { fastsamHere } from '../../support/cli.js';
import { rejectionOf } from '../../support/errors.js';
import { goldenBytes, goldenPath } from '../../support/golden.js';
import { scene, TRAINED } from '../../support/paths.js';
import { seededClip } from '../../support/seededClip.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';
import { tinyFile, tinyNetwork } from '../../support/tinyNetwork.js';

const folder = temporaryFolder();
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

/** The small network with some tensors changed, as a file. */
const tinyWith = (changes: (tensors: Map<string, WeightTensor>) => void, metadata = {}): Uint8Array => {
  const changed = new Map(tensors);
  changes(changed);
  return writeSafetensors(changed, metadata);
};
const without = (...parts: string[]) =>
  tinyWith((all) => {
    for (const name of all.keys()) if (parts.some((part) => name.includes(part))) all.delete(name);
  });
const loads = async (source: string | Uint8Array): Promise<void> => {
  (await load(source)).dispose();
};
const UNTOUCHED = tinyWith(() => undefined);

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

/** The settings of a network one of whose modules computes something else. */
async function settingsWith(change: Record<string, string>): Promise<void> {
  const bytes = goldenBytes('settings/relu.pt.gz');
  const checkpoint = await readCheckpoint(bytes);
  const modules = new Map(checkpoint.modules?.());
  modules.set('model.5.conv', new Map([...(modules.get('model.5.conv') ?? []), ...factsOf(change)]));
  settingsOf((await openCheckpoint(bytes)).architecture, { ...checkpoint, modules: () => modules });
}

/** Half precision's export, after the first weights were set to a value. */
async function exportWith(value: number, options: { half?: boolean }): Promise<void> {
  const changed = await load(TINY);
  const [name] = changed.stateDict().keys();
  const tensor = changed.stateDict().get(name);
  tensor?.values.fill(value);
  if (tensor) await changed.setWeights({ [name]: tensor });
  await changed.export('onnx', null, { ...SMALL, ...options });
  changed.dispose();
}

/** The small network with batch norm folded in. */
async function foldedTiny() {
  const whole = await load(TINY);
  const { files } = await whole.export('onnx', null, SMALL);
  whole.dispose();
  return (await readCheckpoint(files[0].bytes)).tensors;
}

async function loadFolded(options: NetworkOptions): Promise<void> {
  const given = tinyNetwork('tiny', options);
  try {
    loadWeights(given, await foldedTiny());
  } finally {
    given.model.dispose();
  }
}

export const MODELS: Advice = {
  trials: [
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
      advice: 'use a {} checkpoint',
      provoke: () => architectureOf(YOLOV8_SEG, readSafetensors(without('model.0.conv.weight')).tensors),
      follow: () => architectureOf(YOLOV8_SEG, readSafetensors(UNTOUCHED).tensors),
    },
    {
      advice: 'expected the {} tensors of {}; {}',
      provoke: () => loads(without('model.9.cv1.conv.weight')),
      follow: () => loads(UNTOUCHED),
    },
    {
      advice: 'or {}',
      provoke: () => loads(without('.proto.', '.cv4.')),
      follow: () => loads(UNTOUCHED),
    },
    {
      advice: 'use an unaltered checkpoint',
      provoke: () =>
        loads(
          tinyWith((all) => {
            const bins = Float32Array.of(0, 1, 2, 3, 5);
            all.set('model.22.dfl.conv.weight', { dtype: 'float32', shape: [1, 5, 1, 1], toFloat32: () => bins });
          }),
        ),
      follow: () => loads(UNTOUCHED),
    },
    {
      advice: 'convert the original checkpoint again',
      provoke: () => loads(tinyWith(() => undefined, { settings: '[]' })),
      follow: async () => {
        const original = join(folder, 'original.pt');
        writeFileSync(original, goldenBytes('settings/relu.pt.gz'));
        const converted = join(folder, 'again.safetensors');
        const { code, stderr } = await fastsamHere(['convert', original, converted], folder);
        if (code !== 0) throw new Error(stderr);
        await loads(converted);
      },
    },
    {
      advice:
        'this network computes what is not computed here, run it with Ultralytics, or train one without that change',
      provoke: () => settingsWith({ padding_mode: 'reflect' }),
      follow: () => settingsWith({ padding_mode: 'zeros' }),
    },
    {
      advice: 'build the network with foldBatchNorm',
      provoke: () => loadFolded({ foldBatchNorm: false }),
      follow: () => loadFolded({ foldBatchNorm: true }),
    },
    {
      advice: 'use full precision (fp32, no half)',
      provoke: () => exportWith(1e6, { half: true }),
      follow: () => exportWith(1e6, {}),
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
  },
  untried: {},
};
