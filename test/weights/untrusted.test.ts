/** What files may decide, and what they may not: names, sizes, numbers that are none. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FastSAM } from '../../src/fastsam.js';
import { openClip } from '../../src/clip/weights/openClip.js';
import { Clip } from '../../src/clip/clip.js';
import { openCheckpoint } from '../../src/model/open.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import { pythonNames, pythonSize } from '../../src/weights/pythonLiterals.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import type { StateDict, WeightTensor } from '../../src/weights/tensor.js';
import { writeSafetensors } from '../../src/weights/writeSafetensors.js';
import { encodeModel } from '../../src/export/onnx/modelProto.js';
import { rejectionOf } from '../support/errors.js';
import { FileServer } from '../support/fileServer.js';
import { goldenBytes } from '../support/golden.js';

usePlatform(nodePlatform);

const TINY = goldenBytes('layers/tiny.safetensors');

const HEADS = { visionHeads: 3, textHeads: 2 } as const;

/** The tiny network with one value changed. */
function withValue(tensors: StateDict, name: string, at: number, value: number): Map<string, WeightTensor> {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`${name}: is not there`);
  const values = Float32Array.from(tensor.toFloat32());
  values[at] = value;
  return new Map([...tensors, [name, { dtype: 'float32', shape: tensor.shape, toFloat32: () => values }]]);
}

describe('weights that are no usable numbers are refused by their name', () => {
  test.each([
    [
      'model.0.conv.weight',
      NaN,
      /tensor model\.0\.conv\.weight: got NaN at 3, expected numbers from -1e\+?10|got NaN at 3/,
    ],
    ['model.0.conv.weight', Infinity, /got Infinity at 3/],
    ['model.22.cv2.0.2.bias', -Infinity, /tensor model\.22\.cv2\.0\.2\.bias: got -Infinity/],
    ['model.22.proto.upsample.weight', 1e30, /model\.22\.proto\.upsample\.weight: got 1\.0*.*e\+30/],
    ['model.4.cv1.bn.running_var', -1, /model\.4\.cv1\.bn\.running_var: got -1 at 3, expected variances from 0/],
    ['model.4.cv1.bn.running_mean', NaN, /running_mean: got NaN/],
    ['model.4.cv1.bn.weight', NaN, /bn\.weight: got NaN/],
  ])('%s with %d', async (name, value, message) => {
    const bytes = writeSafetensors(withValue(readSafetensors(TINY).tensors, name, 3, value));
    for (const device of ['wasm', 'cpu'] as const) {
      const error = await rejectionOf(() => FastSAM.load(bytes, { device }));
      expect(error.code).toBe('INVALID_CHECKPOINT');
      expect(error.message).toMatch(message);
    }
  });

  test('in encoders of CLIP too', async () => {
    const { tensors } = readSafetensors(goldenBytes('clip/tiny.safetensors'));
    const [name] = [...tensors.keys()].filter((found) => found.endsWith('mlp.fc1.weight'));
    const bytes = writeSafetensors(withValue(tensors, name, 3, NaN));
    await openClip(bytes, HEADS);
    const error = await rejectionOf(() => Clip.load(bytes, HEADS));
    expect(error.code).toBe('INVALID_CHECKPOINT');
    expect(error.message).toMatch(/tensor (visual\.)?transformer\.resblocks\.\d\.mlp\.c_fc\.weight: got NaN/);
  });

  test('what half precision does not hold is not written in it', async () => {
    const bytes = writeSafetensors(withValue(readSafetensors(TINY).tensors, 'model.22.cv2.0.2.bias', 3, 70_000));
    const model = await FastSAM.load(bytes, { device: 'wasm' });
    const error = await rejectionOf(() => model.export('onnx', null, { half: true, imgsz: 64 }));
    expect(error.message).toMatch(/export with half: got 70000 in model\.22\.cv2\.0\.2\/bias/);
    expect((await model.export('onnx', null, { imgsz: 64 })).bytes).toBeGreaterThan(1000); // as is advised
    model.dispose();
  });
});

describe('one prefix of all names is a wrapper’s, whatever it is called', () => {
  const { tensors } = readSafetensors(TINY);
  const renamed = (rename: (name: string) => string) =>
    writeSafetensors(new Map([...tensors].map(([name, tensor]) => [rename(name), tensor])));

  test.each([
    '_orig_mod.',
    'module._orig_mod.',
    'net.model.',
    'model.',
    'model.model.',
    'ema.module.',
    'student.0x.',
    'my model/v2.',
    '__proto__.',
  ])('%s', async (prefix) => {
    const opened = await openCheckpoint(renamed((name) => prefix + name));
    expect([...opened.checkpoint.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
  });

  test('also where the layers themselves are the list', async () => {
    for (const prefix of ['', 'layers.', 'net.seq.']) {
      const opened = await openCheckpoint(renamed((name) => prefix + name.slice('model.'.length)));
      expect([...opened.checkpoint.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
    }
  });

  test('but not a prefix that only some have', async () => {
    const bytes = renamed((name) => (name.startsWith('model.22') ? name : `net.${name}`));
    expect((await rejectionOf(() => openCheckpoint(bytes))).code).toBe('CHECKPOINT_MISMATCH');
  });
});

describe('the image size of a file', () => {
  const { tensors } = readSafetensors(TINY);
  test.each([
    ['96', 96, undefined],
    ['1280', 1280, undefined],
    ['1281', 1280, /says 1281, and 1280 is used/],
    ['8192', 1280, /says 8192/],
    ['16384', 1280, /says 16384/],
    ['999999999', 1280, /says 999999999/],
    ['-5', 1024, undefined],
    ['0', 1024, undefined],
    ['many', 1024, undefined],
  ])('%s', async (imgsz, used, note) => {
    const model = await FastSAM.load(writeSafetensors(tensors, { imgsz }), { device: 'wasm' });
    expect(model.info.defaults.imgsz).toBe(used);
    if (note === undefined) expect(model.info.defaultsNote).toBeUndefined();
    else expect(model.info.defaultsNote).toMatch(note);
    model.dispose();
  });
});

test.each(['relu', 'leaky'])("Ultralytics' TorchScript says its size and names (%s)", async (variant) => {
  const checkpoint = await readCheckpoint(goldenBytes(`settings/${variant}.torchscript.gz`));
  expect(checkpoint).toMatchObject({ imgsz: 64, names: { 0: 'cat', 1: 'dog' } });
  expect(checkpoint.metadata).toMatchObject({ task: 'segment', author: 'Ultralytics', version: '8.4.190' });
});

describe('texts of metadata', () => {
  test('sizes and names in Python’s notation', () => {
    expect(pythonSize('640')).toBe(640);
    expect(pythonSize(' [ 640 , 480 ] ')).toBe(640);
    expect(pythonSize(`${' '.repeat(1_000_000)}x`)).toBeUndefined();
    expect(pythonNames(`{0: 'a', 1: "it's"}`)).toEqual({ 0: 'a', 1: "it's" });
    expect(pythonNames(`{0${' '.repeat(500_000)}`)).toBeUndefined();
    expect(pythonNames(`{0: '${'\\'.repeat(500_001)}`)).toBeUndefined();
    expect(pythonNames('{0: "\\constructor"}')).toEqual({ 0: 'constructor' });
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'an ONNX operation named %s is one like any other',
    async (op) => {
      const node = { name: op, op, inputs: [op], outputs: ['y'], attributes: { [op]: 1 } };
      const metadata = Object.fromEntries([
        [op, 'x'],
        ['imgsz', '64'],
      ]) as Record<string, string>;
      const file = {
        name: 'g',
        opset: 18,
        producer: op,
        nodes: [node],
        initializers: [],
        inputs: [],
        outputs: [],
        metadata,
      };
      const { imgsz, tensors } = await readCheckpoint(encodeModel(file));
      expect([imgsz, tensors.size]).toEqual([64, 0]);
    },
  );
});

describe('junk from a URL', () => {
  let folder: string;
  let server: FileServer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fastsam-junk-'));
    server = new FileServer(new TextEncoder().encode('no weights at all'));
    await server.start();
    usePlatform({ ...nodePlatform, cacheFolder: () => folder });
  });
  afterEach(async () => {
    usePlatform(nodePlatform);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const kept = () => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

  test('is not kept; what the address gives later is', async () => {
    const error = await rejectionOf(() => openCheckpoint(server.url));
    expect(error.code).toBe('INVALID_CHECKPOINT');
    expect(error.message).toMatch(
      /got bytes that start with "no weigh".*\(what http:.*file\.pt gave; nothing of it was kept\)/,
    );
    expect(kept()).toEqual([]);
    server.content = TINY;
    expect((await openCheckpoint(server.url)).fileBytes).toBe(TINY.length);
    expect(kept()).toHaveLength(2); // with its checksum
  });

  test('neither is a checkpoint of something else', async () => {
    server.content = goldenBytes('clip/tiny.safetensors');
    const error = await rejectionOf(() => openCheckpoint(server.url));
    expect(error.message).toMatch(/got a CLIP checkpoint.*nothing of it was kept/);
    expect(kept()).toEqual([]);
  });
});
