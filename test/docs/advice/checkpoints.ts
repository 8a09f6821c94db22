/** Advice of files of weights: what is wrong in them, and what a network takes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Advice } from './trial.js';
import { FastSAM, readSafetensors, writeSafetensors, type WeightTensor } from '../../../src/index.js';
import { architectureOf } from '../../../src/model/architecture.js';
import { YOLOV8_SEG } from '../../../src/model/families/yolov8Seg.js';
import { loadWeights } from '../../../src/model/load.js';
import type { NetworkOptions } from '../../../src/model/network.js';
import { openCheckpoint } from '../../../src/model/open.js';
import { settingsOf } from '../../../src/model/settings.js';
import { readCheckpoint } from '../../../src/weights/checkpoint.js';
import { factsOf } from '../../../src/weights/moduleFacts.js';
import { fastsamHere } from '../../support/cli.js';
import { goldenBytes, goldenPath } from '../../support/golden.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';
import { tinyFile, tinyNetwork } from '../../support/tinyNetwork.js';

const folder = temporaryFolder();
const SMALL = { imgsz: 64 } as const;
const TINY = goldenPath('layers/tiny.safetensors');
const { tensors } = tinyFile('tiny');
const load = (source: string | Uint8Array) => FastSAM.load(source, { device: 'wasm' });

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

export const CHECKPOINTS: Advice = {
  trials: [
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
  ],
  elsewhere: {},
  untried: {},
};
