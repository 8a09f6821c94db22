/** The dispatcher: what is written where, what is refused, and that a model comes back. */
import * as tf from '@tensorflow/tfjs';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { savedModelBytes } from '../../src/export/graph/savedModel.js';
import { requireProtobufSize } from '../../src/export/protobufSize.js';
import { FastSAM, readSafetensors, type ExportFormat, type ExportOptions } from '../../src/index.js';
import { nodePlatform } from '../../src/platform/node.js';
import { DATA_TYPE, type NodeDef } from '../../src/runtime/compile/graphDef.js';
import { goldenBytes } from '../support/golden.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
let model: FastSAM;

beforeAll(async () => {
  model = await FastSAM.load(goldenBytes('layers/tiny.safetensors'), { device: 'wasm' });
});
afterAll(() => {
  model.dispose();
});

test.each([
  ['onnx', 'bytes.onnx'],
  ['saved_model', 'bytes_saved_model'],
  ['tfjs', 'bytes_tfjs'],
  ['tfjs_graph', 'bytes_tfjs_graph'],
] as [ExportFormat, string][])('%s lands in the folder and leaks nothing', async (format, name) => {
  const before = tf.memory().numTensors;
  const result = await model.export(format, folder, { imgsz: [64, 96] });
  expect(result.path).toBe(join(folder, name));
  expect(existsSync(join(folder, name))).toBe(true);
  expect(result.bytes).toBe(result.files.reduce((sum, { bytes }) => sum + bytes.length, 0));
  if (format !== 'onnx') {
    expect(readdirSync(join(folder, name)).sort()).toEqual(result.files.map((file) => file.name).sort());
  }
  expect(tf.memory().numTensors).toBe(before);
  await expect(model.export(format, folder, { imgsz: 64 })).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  await model.export(format, folder, { imgsz: 64, overwrite: true });
  expect(readdirSync(folder).filter((file) => file.startsWith('.'))).toEqual([]);
});

test('null writes nothing', async () => {
  const { path, files } = await model.export('tfjs_graph', null, { imgsz: 64 });
  expect(path).toBeUndefined();
  expect(files[0].name).toBe('model.json');
});

test('safetensors come back as the same model', async () => {
  const { files } = await model.export('safetensors', null);
  const names = [...readSafetensors(files[0].bytes).tensors.keys()];
  expect(names).toContain('model.2.m.0.cv1.conv.bias');
  const again = await FastSAM.load(files[0].bytes, { device: 'wasm' });
  expect(again.info.classNames).toEqual(model.info.classNames);
  expect(again.info.defaults).toEqual(model.info.defaults);
  const image = { data: new Uint8Array(64 * 64 * 3).fill(90), width: 64, height: 64, channels: 3 as const };
  const names22 = ['model.22'];
  const at64 = { imgsz: 64 };
  const [a, b] = [await model.activations(image, names22, at64), await again.activations(image, names22, at64)];
  expect(b['model.22'].dataSync()).toEqual(a['model.22'].dataSync());
  tf.dispose([a, b]);
  again.dispose();
});

test.each([
  ['safetensors', { imgsz: 64 }, /imgsz: got it for safetensors/],
  ['tfjs', { nms: true }, /nms: got it for tfjs/],
  ['saved_model', { nms: true, batch: 2 }, /nms: got it with batch 2/],
  ['tfjs_graph', { imgsz: 100 }, /height: got 100, expected a multiple of 32/],
  ['saved_model', { opset: 17 }, /opset: got it for saved_model/],
  ['onnx', { imgsz: 100 }, /imgsz, height: got 100/],
  ['onnx', { imgsz: [64, 9000] }, /imgsz\[1\]: got 9000/],
  ['onnx', { opset: 9 }, /opset: got 9, expected a whole number from 13 to 20/],
  ['onnx', { batch: 0 }, /batch: got 0/],
  ['onnx', { nms: { iou: 2 } }, /nms\.iou: got 2/],
  ['tfjs', { simplify: true } as ExportOptions, /option "simplify": not known/],
] as [ExportFormat, ExportOptions, RegExp][])('%s refuses %o', async (format, options, message) => {
  await expect(model.export(format, folder, options)).rejects.toThrow(message);
});

test('a folder with other things is never replaced', async () => {
  const own = join(folder, 'mine_tfjs');
  mkdirSync(own);
  writeFileSync(join(own, 'thesis.txt'), 'precious');
  await expect(model.export('tfjs', own, { imgsz: 64, overwrite: true })).rejects.toThrow(/it holds other files/);
  expect(readFileSync(join(own, 'thesis.txt'), 'utf8')).toBe('precious');
});

test('nor one with an earlier export and other things', async () => {
  const target = join(folder, 'shared_saved_model');
  mkdirSync(target);
  for (const name of ['saved_model.pb', 'metadata.yaml', 'model_float32.tflite'])
    writeFileSync(join(target, name), name);
  const options = { imgsz: 64, overwrite: true };
  await expect(model.export('saved_model', target, options)).rejects.toThrow(/other files \(model_float32\.tflite …\)/);
  expect(readdirSync(target)).toHaveLength(3);
  rmSync(join(target, 'model_float32.tflite'));
  await model.export('saved_model', target, options);
  expect(readdirSync(target)).toHaveLength(2);
});

test('an earlier export of more shards is replaced', async () => {
  const target = join(folder, 'large_tfjs_graph');
  mkdirSync(target);
  for (const name of ['model.json', 'group1-shard3of12.bin']) writeFileSync(join(target, name), name);
  const { files } = await model.export('tfjs_graph', target, { imgsz: 64, overwrite: true });
  expect(readdirSync(target).sort()).toEqual(files.map(({ name }) => name).sort());
});

test('a folder that fails half way leaves nothing', async () => {
  const path = join(folder, 'half');
  const bytes = new Uint8Array(1);
  const broken = [{ name: 'a', bytes }, { name: 'no/such', bytes }]; // prettier-ignore
  await expect(nodePlatform.writeFolderAtomic?.(path, broken)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  expect(readdirSync(folder).filter((file) => file.includes('half'))).toEqual([]);
});

describe('more weights than one protobuf file holds', () => {
  const gigabyte = 2 ** 30;
  test('are refused', () => {
    expect(() => {
      requireProtobufSize([{ length: gigabyte }, { length: gigabyte }]);
    }).toThrow(/got 2147483648 bytes of weights, expected less than 2 GB/);
    requireProtobufSize([{ length: gigabyte }]);
  });
  test('are refused as a SavedModel', () => {
    const values = { length: gigabyte } as Uint8Array;
    const tensor = { dtype: DATA_TYPE.float32, tensor_shape: { dim: [] }, tensor_content: values };
    const node = (name: string): NodeDef => ({ name, op: 'Const', input: [], attr: { value: { tensor } } });
    const graph = { nodes: [node('a'), node('b')], inputs: {}, outputs: {}, weights: new Set<string>() };
    expect(() => savedModelBytes(graph, false)).toThrow(/less than 2 GB/);
  });
});
