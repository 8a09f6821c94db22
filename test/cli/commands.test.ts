/** The other commands: help, usage, convert, info, compare. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { FastSAM, readSafetensors, writeSafetensors, type WeightTensor } from '../../src/index.js';
import { tinyFile } from '../support/tinyNetwork.js';
import { fastsam, fastsamHere } from '../support/cli.js';
import { repository, scene, TRAINED } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const TINY = repository('test/golden/layers/tiny.safetensors');
const REFERENCE = repository('test/golden/layers/tiny.reference.safetensors');
const PICKLED = repository('test/golden/checkpoints/current.pt');
/** The trained checkpoint; it lies outside the repository. */
const SOURCE = repository('../shared/weights/demo-n.pt');
const COINS = scene('coins.png');

const bytes = readFileSync(TINY);
writeFileSync(join(folder, 'short.safetensors'), bytes.subarray(0, bytes.length / 2));
writeFileSync(join(folder, 'short.pt'), readFileSync(PICKLED).subarray(0, 20_000));
writeFileSync(join(folder, 'text.pt'), 'not a checkpoint');

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
});

describe('help', () => {
  test.each(['segment', 'convert', 'compare', 'info', 'setup'])('%s has examples', async (command) => {
    const { code, stdout, stderr } = await fastsamHere([command, '--help'], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: fastsam ${command}`);
    expect(stdout).toMatch(new RegExp(`Examples:\\n  \\$ .*fastsam ${command}`.replace('.*', '[^]*')));
  });

  test('the program lists its commands and has examples', async () => {
    const { code, stdout } = await fastsam(['--help']);
    expect(code).toBe(0);
    for (const command of ['segment', 'convert', 'compare', 'info', 'setup']) expect(stdout).toContain(`  ${command} `);
    expect(stdout).toContain('Examples:\n  $ fastsam segment');
  });
});

describe('wrong usage ends with 2 and one message', () => {
  test.each<[string[], RegExp]>([
    [[], /Usage: fastsam/],
    [['segmant', COINS], /^fastsam: unknown command 'segmant'; did you mean segment\?\n$/],
    [['segment'], /missing required argument 'source'/],
    [['segment', COINS, '--imgsize', '320'], /^fastsam: unknown option '--imgsize'; did you mean --imgsz\?\n$/],
    [['segment', COINS, '--zzz'], /^fastsam: unknown option '--zzz'; see fastsam segment --help\n$/],
    [['batch', 'merge', 'a', 'b', 'c'], /^fastsam: .*; see fastsam batch merge --help\n$/],
    [['segment', COINS, '--box', '1,2,3'], /'--box <x1,y1,x2,y2>' argument '1,2,3' is invalid\. expected x1,y1,x2,y2/],
    [['segment', COINS, '--conf', '1.5'], /expected a number from 0 to 1/],
    [
      ['segment', COINS, '--device', 'tpu'],
      /Allowed choices are auto, gpu, cpu, native-gpu, native-cpu, webgpu, webgl, wasm/,
    ],
    [
      ['segment', COINS, '--format', 'png,bmp'],
      /"bmp" is none of json, coco, yolo, sa1b, labelme, png, jpg, svg, cutout/,
    ],
    [['convert', TINY], /missing required argument 'out'/],
    [
      ['convert', TINY, 'model.onnx'],
      /model\.onnx: got no name of a safetensors file, .*; other formats: fastsam export/,
    ],
    [['convert', TINY, 'folder/'], /folder\/: got no name of a safetensors file, .* --format .*tfjs/],
    [['compare', TINY], /got one checkpoint alone, expected --reference FILE, a second checkpoint, or --write FILE/],
    [['info', 'FastSAM-l'], /got 'FastSAM-l', expected one of FastSAM-s, FastSAM-x, demo/],
  ])('fastsam %j', async (args, message) => {
    const { code, stdout, stderr } = await fastsamHere(args, folder);
    expect(args.length === 0 ? stdout : stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('checkpoints that are none end with 1 and one line', () => {
  test.each<[string[], RegExp]>([
    [['info', 'text.pt'], /^fastsam: /],
    [['info', 'none.pt'], /^fastsam: cannot read none\.pt: ENOENT/],
    [['convert', 'short.pt', 'out.safetensors'], /^fastsam: /],
    [['segment', COINS, '--model', 'short.safetensors'], /^fastsam: /],
    [['compare', TINY, '--reference', 'text.pt'], /^fastsam: /],
    [['compare', TINY, '--reference', TINY], /^fastsam: reference: /],
    [
      ['convert', TINY, 'text.pt/model.safetensors'],
      /^fastsam: text\.pt: the folder cannot be made \(a file is in the way\)/,
    ],
  ])('fastsam %j', async (args, message) => {
    const { code, stdout, stderr } = await fastsamHere(args, folder);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ code, rows: stdout.split('\n').slice(1).join('') }).toEqual({ code: 1, rows: '' });
  });

  test('a checkpoint that does not fit says which tensors and what it looks like', async () => {
    const tensors = new Map(tinyFile('tiny').tensors);
    tensors.delete('model.9.cv1.conv.weight');
    writeFileSync(join(folder, 'lacking.safetensors'), writeSafetensors(tensors, {}));
    const { code, stderr } = await fastsamHere(['segment', COINS, '--model', 'lacking.safetensors'], folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^fastsam: [^]*model\.9\.cv1\.conv\.weight/);
  });
});

describe('convert', () => {
  test.skipIf(!existsSync(SOURCE))(
    `of a .pt to float16 safetensors gives the tensors of the file made of it${existsSync(SOURCE) ? '' : ' (skipped: no .pt at hand)'}`,
    async () => {
      const out = join(folder, 'demo-n.safetensors');
      const { code, stdout, stderr } = await fastsam(['convert', SOURCE, out, '--dtype', 'float16']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(stderr).toMatch(/^demo-n\.pt \(YOLOv8-seg n .*\) -> .*demo-n\.safetensors, 6\.6 MB\n$/);
      expectSameTensors(out, TRAINED);
    },
  );

  test('to float32 safetensors: the same values, and a model that finds the same', async () => {
    const out = join(folder, 'wide.safetensors');
    expect(await fastsamHere(['convert', TINY, out, '--dtype', 'float32'], folder)).toMatchObject({
      code: 0,
      stdout: '',
    });
    const dtypes = [...readSafetensors(readFileSync(out)).tensors.values()].map(({ dtype }) => dtype);
    expect(new Set(dtypes)).toEqual(new Set(['float32']));
    expectSameTensors(out, TINY);
    const [before, after] = [await FastSAM.load(TINY), await FastSAM.load(out)];
    expect(after.info.architecture).toEqual(before.info.architecture);
    const options = { imgsz: 64, conf: 0.001, maxDet: 5 };
    expect((await after.segment(COINS, options)).toCoco()).toEqual((await before.segment(COINS, options)).toCoco());
    before.dispose();
    after.dispose();
  });

  function bytesOf(tensor: WeightTensor | undefined): Uint8Array {
    const values = tensor?.toFloat32() ?? new Float32Array(0);
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }

  function expectSameTensors(path: string, expectedPath: string): void {
    const { tensors } = readSafetensors(readFileSync(path));
    const expected = readSafetensors(readFileSync(expectedPath)).tensors;
    expect([...tensors.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, tensor] of tensors) {
      expect(tensor.shape).toEqual(expected.get(name)?.shape);
      expect(Buffer.compare(bytesOf(tensor), bytesOf(expected.get(name)))).toBe(0);
    }
  }
});

describe('info', () => {
  test('of a checkpoint, for people and as JSON', async () => {
    const people = await fastsam(['info', 'demo']);
    expect(people).toMatchObject({ code: 0, stderr: '' });
    expect(people.stdout).toMatch(/demo: YOLOv8-seg n \(1 class, regMax 16\)\n/);
    expect(people.stdout).toContain('3,263,811 (float16)');
    const program = await fastsamHere(['info', TINY, '--json'], folder);
    expect(program).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(program.stdout)).toMatchObject({
      name: 'tiny.safetensors',
      path: TINY,
      format: 'safetensors',
      fileBytes: statSync(TINY).size,
      architecture: { regMax: 5, classes: 1 },
    });
    expect(program.stdout.split('\n')).toHaveLength(2);
  });

  test('of the machine, for people and as JSON', async () => {
    const people = await fastsamHere(['info'], folder);
    expect(people).toMatchObject({ code: 0, stderr: '' });
    expect(people.stdout).toMatch(/Devices, fastest first:[^]*✓ wasm[^]*FastSAM-s +imgsz 1024, conf 0.4, iou 0.9/);
    const { stdout } = await fastsamHere(['info', '--json'], folder);
    const { devices, models } = JSON.parse(stdout) as { devices: object[]; models: { name: string }[] };
    expect(devices).toHaveLength(5);
    expect(models.map(({ name }) => name)).toEqual(['FastSAM-s', 'FastSAM-x', 'demo']);
  });
});

describe('compare', () => {
  const args = ['compare', TINY, '--reference', REFERENCE, '--device', 'wasm', '--tolerance'];

  test('prints a row for each output, within the tolerance', async () => {
    const { code, stdout, stderr } = await fastsam([...args, '1e-4']);
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toMatch(/^layer +shape +largest +difference +relative$/);
    expect(lines.length).toBeGreaterThan(24);
    expect(stderr).toContain(`${lines.length - 1} outputs on wasm; all within 0.0001; furthest: model.`);
  });

  test('prints JSON, and ends with 1 when a layer is further off', async () => {
    const { code, stdout } = await fastsamHere([...args, '0', '--json', '--keep-batch-norm'], folder);
    expect(code).toBe(1);
    const rows = JSON.parse(stdout) as { layer: string; relative: number }[];
    expect(rows.length).toBeGreaterThan(24);
    expect(Math.max(...rows.map(({ relative }) => relative))).toBeLessThan(1e-4);
  });
});
