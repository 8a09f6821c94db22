/** `fastsam compare`: with a reference, of two checkpoints, writing a reference, the script. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { float32Tensor, type WeightTensor } from '../../src/weights/tensor.js';
import { writeSafetensors } from '../../src/weights/writeSafetensors.js';
import { fastsamHere } from '../support/cli.js';
import { repository } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const demo = repository('test/golden/networks/demo.safetensors');
const reference = repository('test/golden/layers/demo-coffee.reference.safetensors');
const photo = repository('test/golden/scenes/coffee.jpg');
const compare = (...args: string[]) => fastsamHere(['compare', ...args], folder);

/** A checkpoint of its own: the demo's with some tensors changed. */
function variant(name: string, change: (tensors: Map<string, WeightTensor>) => void): string {
  const { tensors, metadata } = readSafetensors(readFileSync(demo));
  const copy = new Map(tensors);
  change(copy);
  writeFileSync(join(folder, name), writeSafetensors(copy, metadata));
  return join(folder, name);
}

const scaled = (tensors: Map<string, WeightTensor>, name: string, factor: number) => {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(name);
  tensors.set(
    name,
    float32Tensor(
      tensor.shape,
      tensor.toFloat32().map((value) => value * factor),
    ),
  );
};

let louder: string;
beforeAll(() => {
  louder = variant('louder.safetensors', (tensors) => {
    for (const part of ['weight', 'bias']) scaled(tensors, `model.6.cv1.bn.${part}`, 1.01);
  });
});

describe('with a reference of PyTorch', () => {
  test('all layers and stages agree', async () => {
    const run = await compare(demo, '--reference', reference, '--device', 'wasm', '--tolerance', '1e-4', '--json');
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(
      /121 outputs on wasm; all within 0.0001; furthest: \S+, \d\.\de-\d of its largest value/,
    );
    expect(JSON.parse(run.stdout)).toHaveLength(121);
  });

  test('the first layer that is off is named, not the one that is furthest', async () => {
    const run = await compare(louder, '--reference', reference, '--device', 'wasm', '--tolerance', '1e-3');
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/first above 0.001: model\.6\.cv1, 1\.\de-2 of its largest value; furthest: /);
    const without = await compare(louder, '--reference', reference, '--device', 'wasm');
    expect([without.code, without.stderr]).toEqual([0, expect.stringContaining('first above 0.0001: model.6.cv1,')]);
  });
});

describe('two checkpoints', () => {
  test('alike', async () => {
    const run = await compare(demo, 'demo', '--tolerance', '0');
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/^\d+ names, only in the first 0, only in the second 0, of another shape 0, with other/);
    expect(run.stdout.trim().split('\n')).toHaveLength(1);
  });

  test('with other values, names and shapes', async () => {
    const other = variant('other.safetensors', (tensors) => {
      scaled(tensors, 'model.6.cv1.bn.weight', 1.01);
      tensors.delete('model.0.bn.bias');
      tensors.set('extra', float32Tensor([2], Float32Array.of(1, 2)));
      tensors.set('model.0.bn.weight', float32Tensor([1], Float32Array.of(1)));
    });
    const run = await compare(demo, other, '--json', '--tolerance', '0.001');
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /only in the first 1, only in the second 1, of another shape 1, further apart than 0.001 1, the first of them model\.0\.bn\./,
    );
    const rows = JSON.parse(run.stdout) as { name: string; found: string; relative?: number; shapes: unknown[] }[];
    const row = (name: string) => rows.find((each) => each.name === name);
    expect(row('model.6.cv1.bn.weight')?.relative).toBeCloseTo(0.01, 4);
    expect(row('model.0.bn.bias')).toMatchObject({ found: 'first' });
    expect(row('extra')).toMatchObject({ found: 'second', shapes: [null, [2]] });
    expect(row('model.0.bn.weight')).toMatchObject({ found: 'both', shapes: [[16], [1]] });
    const table = await compare(demo, other);
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/^model\.0\.bn\.bias +16 +missing *$/m);
    expect(table.stdout).toMatch(/^model\.6\.cv1\.bn\.weight +128 +128 +\S+ +1\.00e-2$/m);
    expect(table.stdout).not.toContain('model.9.');
  });
});

test('writes a reference of its own, with which the network agrees', async () => {
  const run = await compare(
    demo,
    photo,
    '--write',
    'own.safetensors',
    '--imgsz',
    '96',
    '--device',
    'wasm',
    '--values',
    '50',
  );
  expect(run.code, run.stderr).toBe(0);
  expect(run.stderr).toContain('96 x 64 pixels of input, on wasm -> own.safetensors');
  const again = await compare(demo, '--reference', 'own.safetensors', '--device', 'wasm', '--tolerance', '0');
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toContain('all within 0');
});

test('prints the script', async () => {
  const run = await compare('--script');
  expect(run.stdout).toBe(readFileSync(repository('python/reference_layers.py'), 'utf8'));
});

test.each([
  [[], 'got no checkpoint'],
  [[demo], 'got one checkpoint alone, expected --reference FILE, a second checkpoint, or --write FILE and an image'],
  [[demo, '--write', 'x.safetensors'], 'got --write without an image'],
  [[demo, demo, '--reference', reference], 'got --reference and "'],
  [[demo, '--reference', reference, '--write', 'x'], 'got --reference and --write'],
  [[demo, photo], 'coffee.jpg" as the second checkpoint; add --write FILE'],
  [[demo, '--reference', photo], 'safetensors'],
  [[demo, 'missing.jpg', '--write', 'x.safetensors'], 'missing.jpg'],
] as const)('%j is refused in one line', async (args, message) => {
  const run = await compare(...args);
  expect(run.stderr).toContain(message);
  expect(run.stderr.trim().split('\n')).toHaveLength(1);
  expect(run.code).not.toBe(0);
  expect(readdirSync(folder)).not.toContain('x.safetensors');
});
