import '@tensorflow/tfjs'; // a backend for the network
import { describe, expect, test } from 'vitest';
import { encodeModel } from '../../src/export/onnx/modelProto.js';
import { buildNetwork } from '../../src/model/network.js';
import { loadWeights } from '../../src/model/load.js';
import { inferArchitecture } from '../../src/model/check.js';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import { crc32 } from '../../src/weights/crc32.js';
import { pythonNames, pythonSize, pythonText } from '../../src/weights/pythonLiterals.js';
import { FastSAMError } from '../../src/errors.js';
import { mutate } from '../../tools/fuzz/mutate.js';
import { Random } from '../../tools/fuzz/random.js';
import { rejectionOf } from '../support/errors.js';
import { goldenBytes, readGolden } from '../support/golden.js';

interface Expected {
  imgsz: number;
  names: Record<string, string>;
  /** Name, shape, checksum of the values, and of the values as halves. */
  tensors: [string, number[], number, number][];
}

const EXPECTED = readGolden<Expected>('onnx/expected.json');

const golden = (form: string): Uint8Array => goldenBytes(`onnx/${form}.onnx.gz`);

function checksum(values: Float32Array): number {
  return crc32(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

describe('ONNX files that Ultralytics exported', () => {
  test.each(['slim', 'dynamic', 'half', 'nms', 'nms-dynamic', 'numbered'])(
    '%s: holds the tensors of the fused network',
    async (form) => {
      const { format, tensors, imgsz, names, metadata } = await readCheckpoint(golden(form));
      expect({ format, imgsz, names }).toEqual({ format: 'onnx', imgsz: EXPECTED.imgsz, names: EXPECTED.names });
      expect(metadata).toMatchObject({ author: 'Ultralytics', version: '8.4.190' });
      const found = [...tensors].map(([name, tensor]) => [name, tensor.shape, checksum(tensor.toFloat32())]);
      const expected = EXPECTED.tensors.map(([name, shape, full, half]) => [
        name,
        shape,
        form === 'half' ? half : full,
      ]);
      expect(found.sort()).toEqual(expected.sort());
    },
  );

  test('fit a network', async () => {
    const { tensors } = await readCheckpoint(golden('slim'));
    const architecture = inferArchitecture(tensors);
    expect(architecture).toMatchObject({ classes: 2, regMax: 4, maskCoefficients: 8, folded: true });
    const network = buildNetwork(architecture);
    loadWeights(network, tensors);
    network.model.dispose();
  });
});

test('batch norm that a file has as operations is read', async () => {
  const names = ['weight', 'bias', 'running_mean', 'running_var'];
  const constant = (name: string, value: number) => {
    return { name, type: 'float32' as const, dims: [1], bytes: new Uint8Array(Float32Array.of(value).buffer) };
  };
  const node = {
    name: '/model.0/bn/BatchNormalization',
    op: 'BatchNormalization',
    inputs: ['images', ...names],
    outputs: ['y'],
    attributes: {},
  };
  const file = { name: 'g', opset: 18, producer: 'torch', nodes: [node], inputs: [], outputs: [], metadata: {} };
  const { tensors } = await readCheckpoint(encodeModel({ ...file, initializers: names.map(constant) }));
  const found = [...tensors].map(([name, tensor]) => [name, ...tensor.toFloat32()]);
  expect(found).toEqual(names.map((name, i) => [`model.0.bn.${name}`, i]));
});

describe('ONNX files that cannot be read', () => {
  test.each([
    ['external', /values lie in another file/],
    ['int8', /int8-quantised network \(operation QuantizeLinear\).*export the model again without quantisation/],
  ])('%s: says why', async (form, message) => {
    const error = await rejectionOf(() => readCheckpoint(golden(form)));
    expect(error).toMatchObject({ code: 'UNSUPPORTED_CHECKPOINT', message: expect.stringMatching(message) as string });
  });

  test('are refused at any length short of the whole, or lack tensors', async () => {
    const whole = golden('half');
    for (let length = 3; length < whole.length; length += 997) {
      const tensors = await rejectionOf(async () =>
        inferArchitecture((await readCheckpoint(whole.slice(0, length))).tensors),
      );
      expect(['INVALID_CHECKPOINT', 'CHECKPOINT_MISMATCH']).toContain(tensors.code);
    }
  });

  test('are refused with a graph of nothing but empty operations', async () => {
    const graph = new Uint8Array(400_000);
    for (let i = 0; i < graph.length; i += 2) graph[i] = 0x0a; // node, no bytes
    const head = Uint8Array.of(0x08, 8, 0x3a, 0x80, 0xb5, 0x18); // version, graph of 400000 bytes
    const file = new Uint8Array([...head, ...graph]);
    expect(await rejectionOf(() => readCheckpoint(file))).toMatchObject({
      code: 'INVALID_CHECKPOINT',
      message: expect.stringContaining('more than 100000 operations') as string,
    });
  });

  test('give a result or a FastSAMError, 2,000 times damaged', async () => {
    const files = ['half', 'numbered', 'external'].map((form) => [form, golden(form)] as const);
    let read = 0;
    for (let index = 0; index < 2_000; index++) {
      const { name, bytes } = mutate(files, new Random(index));
      try {
        for (const tensor of (await readCheckpoint(bytes)).tensors.values()) tensor.toFloat32();
        read++;
      } catch (error) {
        const refused = error instanceof FastSAMError && error.cause === undefined;
        expect(refused, `case ${String(index)} (${name}): ${String(error)}`).toBe(true);
      }
    }
    // Mutations that never or always hit nothing would test nothing.
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(2_000);
  });
});

describe('Python values in metadata', () => {
  test('are read without being evaluated', () => {
    expect(pythonNames(`{0: 'a', 12: "it's", 3: 'q\\'\\n\\xe9\\u00e9\\\\'}`)).toEqual({
      0: 'a',
      12: "it's",
      3: "q'\néé\\",
    });
    for (const text of [undefined, '', '{', '{}', "['a']", '{0: a}', "{0: 'a'", "{'0': 'a'}"]) {
      expect(pythonNames(text)).toBeUndefined();
    }
    expect(['640', '[640, 480]', '(32, 64)', '[640]'].map(pythonSize)).toEqual([640, 640, 64, 640]);
    for (const text of [undefined, '', '0', '-1', '[1, 2, 3]', '99999', 'exit()'])
      expect(pythonSize(text)).toBeUndefined();
  });

  test('are written as Python reads them', () => {
    const value = { 0: "dog's", a: [1.5, true, null], b: { '12': false } };
    expect(pythonText(value)).toBe(`{0: "dog's", 'a': [1.5, True, None], 'b': {12: False}}`);
  });
});
