/** Advice of files of weights and arrays, and of the archives that they lie in. */
import { zipSync } from 'fflate';
import type { Advice } from './trial.js';
import { encodeModel } from '../../../src/export/onnx/modelProto.js';
import { FastSAM, writeSafetensors } from '../../../src/index.js';
import { readCheckpoint, type Checkpoint } from '../../../src/weights/checkpoint.js';
import { defaultsNote } from '../../../src/weights/defaults.js';
import { readNpy } from '../../../src/weights/npy.js';
import { writeZip } from '../../../src/weights/writeZip.js';
import { openZip } from '../../../src/weights/zip.js';
import { torchZip } from '../../../tools/fuzz/checkpointArchive.js';
import { pickled, raw, tensor, type Picklable } from '../../../tools/fuzz/pickleWriter.js';
import { goldenBytes } from '../../support/golden.js';
import { scene, TRAINED } from '../../support/paths.js';
import { tinyFile } from '../../support/tinyNetwork.js';

const saved = goldenBytes('checkpoints/state-dict.pt');
const arrays = openZip(goldenBytes('npy/files.zip'));
const onnx = (form: string): Promise<Checkpoint> => readCheckpoint(goldenBytes(`onnx/${form}.onnx.gz`));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Reads every value, as loading does. */
function valuesOf({ tensors }: Checkpoint): void {
  for (const each of tensors.values()) each.toFloat32();
}

const FOUR = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer);
const WEIGHTS_OF_FOUR = pickled(
  new Map<Picklable, Picklable>([['weight', tensor({ kind: 'FloatStorage', key: '0', count: 4 }, [2, 2], [2, 1])]]),
);

/** A copy with some bytes changed. */
function changed(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(values, at);
  return copy;
}

/** A small network whose first value of every bias is this. */
function networkWith(value: number): Uint8Array {
  const spoilt = [...tinyFile('tiny').tensors].map(([name, given]) => {
    const values = given.toFloat32().slice();
    if (name.endsWith('.bias')) values[0] = value;
    return [name, { dtype: 'float32' as const, shape: given.shape, toFloat32: () => values }] as const;
  });
  return writeSafetensors(new Map(spoilt));
}

async function load(source: string | Uint8Array): Promise<void> {
  (await FastSAM.load(source, { device: 'wasm' })).dispose();
}

/** A convolution whose kernel is a constant, or the result of an operation. */
function convolution(computed: boolean): Promise<unknown> {
  const conv = { name: '/model.0/conv/Conv', op: 'Conv', inputs: ['images', 'w'], outputs: ['y'], attributes: {} };
  const make = { name: 'make', op: 'Mul', inputs: ['v', 'v'], outputs: ['w'], attributes: {} };
  const kernel = { name: computed ? 'v' : 'w', type: 'float32' as const, dims: [1, 1, 2, 2], bytes: FOUR };
  const nodes = computed ? [make, conv] : [conv];
  const rest = { name: 'g', opset: 18, producer: 'torch', inputs: [], outputs: [], metadata: {} };
  return readCheckpoint(encodeModel({ ...rest, nodes, initializers: [kernel] }));
}

const NOTE = defaultsNote({ imgsz: 2048 });
/** The archive's central directory: flags of its first entry. */
const flagsAt = (archive: Uint8Array): number => Buffer.from(archive).indexOf('PK\u0001\u0002') + 8;
const folder = zipSync({ 'a/one': FOUR }, { level: 0 });
const entries = (count: number) => Array.from({ length: count }, (_, i) => [String(i), new Uint8Array(0)] as const);
const REFUSAL = 'no advice: a refusal of what no honest file has';

export const WEIGHTS: Advice = {
  trials: [
    {
      advice: 'the file is damaged, get it again',
      provoke: () => readCheckpoint(changed(saved, Buffer.from(saved).indexOf('data.pkl') + 30, 0xff)),
      follow: () => readCheckpoint(saved),
    },
    {
      advice: 'the file is cut off or damaged, get it again',
      provoke: () => readCheckpoint(saved.slice(0, -100)),
      follow: () => readCheckpoint(saved),
    },
    {
      advice: 'get it again',
      provoke: () => readCheckpoint(new Uint8Array(0)),
      follow: () => readCheckpoint(saved),
    },
    {
      advice: 'load and save it with a newer torch',
      provoke: () => readCheckpoint(changed(new Uint8Array(512), 257, ...text('ustar'))),
      follow: () => readCheckpoint(saved),
    },
    {
      advice: 'fetch the file itself with `git lfs pull`',
      provoke: () => readCheckpoint(text('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n')),
      follow: () => readCheckpoint(saved),
    },
    {
      advice: 'save one of these',
      provoke: () => readCheckpoint(torchZip(pickled(new Map<Picklable, Picklable>([['epoch', 3]])))),
      follow: () => readCheckpoint(torchZip(WEIGHTS_OF_FOUR, { '0': FOUR })),
    },
    {
      advice: 'the checkpoint is incomplete, get it again',
      provoke: () => readCheckpoint(torchZip(WEIGHTS_OF_FOUR)),
      follow: () => readCheckpoint(torchZip(WEIGHTS_OF_FOUR, { '0': FOUR })),
    },
    {
      advice: 'save it again with torch.save',
      provoke: () => readCheckpoint(torchZip(pickled(raw(0x97)))),
      follow: () => readCheckpoint(torchZip(WEIGHTS_OF_FOUR, { '0': FOUR })),
    },
    {
      advice: 'save the weights with torch.save',
      provoke: () => readCheckpoint(Uint8Array.from([...pickled('weights'), ...pickled(1)])),
      follow: () => readCheckpoint(torchZip(WEIGHTS_OF_FOUR, { '0': FOUR })),
    },
    {
      advice: 'it is no PyTorch checkpoint; give a .pt file or a .safetensors file',
      provoke: () => readCheckpoint(folder),
      follow: async () => {
        await readCheckpoint(saved);
        await readCheckpoint(goldenBytes('checkpoints/plain.safetensors'));
      },
    },
    {
      advice: 'unpack and save it again',
      provoke: () => openZip(changed(folder, flagsAt(folder), 1)).read('a/one'),
      follow: () => openZip(folder).read('a/one'),
    },
    {
      advice: 'write several files',
      provoke: () => writeZip(entries(65_536)),
      follow: () => [writeZip(entries(32_768)), writeZip(entries(32_768))],
    },
    {
      advice: 'the file is damaged or its training diverged, use another checkpoint',
      provoke: () => load(networkWith(NaN)),
      follow: () => load(networkWith(0)),
    },
    {
      advice: 'give imgsz yourself for another size',
      // A note of the loading, no error.
      provoke: () => Promise.reject(new Error(NOTE)),
      follow: async () => {
        const model = await FastSAM.load(TRAINED, { device: 'wasm' });
        await model.segment(scene('coins.png'), { imgsz: 96 });
        model.dispose();
      },
    },
    {
      advice: 'export the model again without quantisation, or give the .pt file',
      provoke: () => onnx('int8'),
      follow: async () => {
        await onnx('slim');
        await readCheckpoint(saved);
      },
    },
    {
      advice: 'export the model without quantisation',
      provoke: () => convolution(true),
      follow: () => convolution(false),
    },
    {
      advice: 'export the model again as one file',
      provoke: () => onnx('external').then(valuesOf),
      follow: () => onnx('slim').then(valuesOf),
    },
    {
      advice: 'give what numpy.save wrote',
      provoke: () => readNpy(text('1 2 3\n4 5 6\n')),
      follow: () => readNpy(arrays.read('f4-little.npy')),
    },
    {
      advice: 'save it again',
      provoke: () => readNpy(changed(arrays.read('f4-little.npy'), 6, 9)),
      follow: () => readNpy(arrays.read('f4-little.npy')),
    },
    {
      advice: 'save each field alone',
      provoke: () => readNpy(arrays.read('records.npy')),
      follow: () => readNpy(arrays.read('f4-little.npy')),
    },
    {
      advice: 'convert it with astype',
      provoke: () => readNpy(arrays.read('complex.npy')),
      follow: () => readNpy(arrays.read('f4-little.npy')),
    },
  ],
  elsewhere: {},
  untried: {
    'refused as hostile': REFUSAL,
    'refused as a zip bomb': REFUSAL,
    'refused, no checkpoint needs that many': REFUSAL,
    'refused, no checkpoint needs so much': REFUSAL,
  },
};
