/** The programs of docs/user/research.md: each is short, runs as it stands there, and prints what is true. */
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as arrays from '../../src/entry/arrays.js';
import * as studies from '../../src/entry/studies.js';
import { FastSAM, readSafetensors } from '../../src/index.js';
import { goldenBytes } from '../support/golden.js';
import { repository, scene } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const page = readFileSync(repository('docs/user/research.md'), 'utf8');
const programs = new Map(
  [...page.matchAll(/## (.+)\n(?:(?!\n## )[\s\S])*?```js\n([\s\S]*?)```/g)].map(([, title, code]) => [title, code]),
);

const folder = temporaryFolder();
const files: Readonly<Record<string, string>> = {
  'street.jpg': scene('coffee.jpg'),
  'coins.png': scene('coins.png'),
  'layers.npz': join(folder, 'layers.npz'),
  'changed.safetensors': join(folder, 'changed.safetensors'),
};
const modules: Readonly<Record<string, object>> = {
  'fastsam-tfjs': { FastSAM },
  'fastsam-tfjs/arrays': arrays,
  'fastsam-tfjs/studies': studies,
  '@tensorflow/tfjs': tf,
};

type Program = (modules: object, console: { log: (...line: unknown[]) => void }) => Promise<void>;

/** Runs a program of the page, its imports and files taken from here; what it printed. */
async function run(title: string): Promise<unknown[][]> {
  const lines: unknown[][] = [];
  const body = (programs.get(title) ?? '')
    .replaceAll(/^import (?:\* as (\w+)|(\{.*\})) from ('.*');$/gm, 'const $1$2 = modules[$3];')
    .replaceAll(/'([\w.]+\.(?:jpg|png|npz|safetensors))'/g, (_, name: string) => JSON.stringify(files[name]))
    .concat('\nmodel.dispose();');
  const log = (...line: unknown[]) => lines.push(line);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page is ours
  const program = new Function('modules', 'console', `return (async () => {${body}})()`) as Program;
  await program(modules, { log });
  return lines;
}

/** The first line of a program, as numbers. */
const numbers = async (title: string): Promise<number[]> => (await run(title))[0] as number[];

const bytesOf = (values: Float32Array = new Float32Array()): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

describe('docs/user/research.md', () => {
  const image = files['street.jpg'];
  let model: FastSAM;
  beforeAll(async () => {
    model = await FastSAM.load('demo');
  });
  afterAll(() => {
    model.dispose();
  });

  test('has eight programs, each under 15 lines', () => {
    expect(programs.size).toBe(8);
    for (const [title, code] of programs) {
      const lines = code.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('import'));
      expect(lines.length, title).toBeLessThan(15);
    }
  });

  test("Dump a layer: the file holds PyTorch's values", async () => {
    const lines = await run('Dump a layer');
    const reference = readSafetensors(goldenBytes('layers/demo-coffee.reference.safetensors'));
    const described = JSON.parse(reference.metadata.layers) as { name: string; step: number; largest: number }[];
    const dumped = arrays.readNpz(new Uint8Array(readFileSync(files['layers.npz'])));
    expect([...dumped.keys()]).toEqual(['model.9', 'model.22.proto']);
    for (const [i, [name, { shape, data }]] of [...dumped].entries()) {
      expect(lines[i]).toEqual([name, shape]);
      const { step = 1, largest = 0 } = described.find((layer) => layer.name === name) ?? {};
      const expected = reference.tensors.get(name)?.toFloat32() ?? new Float32Array();
      const got = Float32Array.from(expected, (_, k) => Number(data[(k * step) % data.length]));
      expect(got).toBeAllclose(expected, { atol: 1e-4 * largest });
    }
  });

  test('Edit a layer: the same as weights that make the layer zero', async () => {
    const [plain, edited, names] = (await run('Edit a layer'))[0];
    expect(plain).toBe((await model.segment(image)).length);
    expect(names).toEqual(['model.18']);
    const other = await FastSAM.load('demo');
    const state = other.stateDict();
    for (const part of ['weight', 'bias']) state.get(`model.18.cv2.bn.${part}`)?.values.fill(0);
    await other.setWeights(state);
    expect(edited).toBe((await other.segment(image)).length);
    expect(edited).not.toBe(plain);
    other.dispose();
  });

  test('Take a gradient: the attack lowers the best score', async () => {
    const [[before], [after]] = (await run('Take a gradient')) as number[][];
    const raw = await model.detect(image, { imgsz: 320 });
    expect(before).toBeCloseTo(Math.max(...raw.scores), 4);
    expect(after).toBeLessThan(before - 0.01);
  });

  test('Sweep thresholds: the counts are those of segment', async () => {
    const lines = (await run('Sweep thresholds')) as number[][];
    expect(lines).toHaveLength(6);
    for (const [conf, iou, count] of lines) expect(count).toBe((await model.segment(image, { conf, iou })).length);
    expect(new Set(lines.map(([, , count]) => count)).size).toBeGreaterThan(2);
  });

  test('Ablate prototypes: the same as edits of the prototypes', async () => {
    const lines = (await run('Ablate prototypes')) as number[][];
    expect(lines.map(([count]) => count)).toEqual([4, 8, 16, 32]);
    for (const [count, area] of lines) {
      const rest = (t: tf.Tensor) => t.mul(tf.range(0, 32).less(count).cast('float32'));
      const edited = await model.segment(image, { edit: { 'model.22.proto': rest } });
      const expected = edited.masks.list.reduce((sum, mask) => sum + mask.area, 0);
      expect(Math.abs(area - expected) / expected).toBeLessThan(1e-3);
    }
    expect(new Set(lines.map(([, area]) => area)).size).toBe(4);
  });

  test('Another NMS: what is kept shares little, and what goes shares much', async () => {
    const [plain, count] = await numbers('Another NMS');
    const { boxes, scores } = await model.detect(image);
    const { conf } = model.info.defaults;
    const ranked = [...scores.keys()].filter((i) => scores[i] > conf).sort((a, b) => scores[b] - scores[a]);
    const [x1, y1, x2, y2] = [0, 1, 2, 3].map((side) => (i: number) => boxes[4 * i + side]);
    const side = (low: number, high: number) => Math.max(0, high - low);
    const shared = (i: number, j: number) =>
      side(Math.max(x1(i), x1(j)), Math.min(x2(i), x2(j))) * side(Math.max(y1(i), y1(j)), Math.min(y2(i), y2(j)));
    const kept: number[] = [];
    for (const i of ranked) {
      if (kept.every((j) => shared(i, j) <= 0.7 * Math.min(shared(i, i), shared(j, j)))) kept.push(i);
    }
    expect(count).toBe(kept.length);
    expect(count).toBeLessThan(plain);
  });

  test('A study of your own: figures of segment', async () => {
    const [[metrics, csv]] = await run('A study of your own');
    const mean = async (conf: number) => {
      const found = await model.segment([image, files['coins.png']], { conf });
      return (found[0].length + found[1].length) / 2;
    };
    expect(metrics).toEqual({ objects: await mean(0.3) });
    expect(csv).toBe(`conf,images,failed,objects\n0.1,2,0,${await mean(0.1)}\n0.5,2,0,${await mean(0.5)}\n`);
  });

  test('Change a checkpoint: the file holds the change and nothing else', async () => {
    const [before, after] = await numbers('Change a checkpoint');
    expect(before).toBe((await model.segment(image)).length);
    expect(after).toBeGreaterThan(before);
    const changed = await FastSAM.load(files['changed.safetensors']);
    expect((await changed.segment(image)).length).toBe(after);
    const state = changed.stateDict();
    for (const [name, { values }] of model.stateDict()) {
      const isBias = /^model\.22\.cv3\.\d\.2\.bias$/.test(name);
      const expected = isBias ? values.map((value) => value + 0.5) : values;
      expect(Buffer.compare(bytesOf(state.get(name)?.values), bytesOf(expected)), name).toBe(0);
    }
    changed.dispose();
  });
});
