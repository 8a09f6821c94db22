/** `fastsam export`: what it writes loads in its runtime, and what it refuses leaves nothing behind. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import * as ort from 'onnxruntime-web';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportName } from '../../src/export/exportModel.js';
import { EXPORT_FORMAT_NAMES, type ExportFormat } from '../../src/export/options.js';
import '../../src/index.js';
import { loadWeights } from '../../src/model/load.js';
import { buildNetwork, type Network } from '../../src/model/network.js';
import { platform } from '../../src/platform/platform.js';
import { loadGraph } from '../../src/runtime/compile/loadGraph.js';
import { acquireDevice, releaseDevice } from '../../src/runtime/device.js';
import { openCheckpoint } from '../../src/model/open.js';
import { expectOutputs, expectedOutputs, memoryHandler, image } from '../support/exports.js';
import { fastsam, fastsamHere, type Run } from '../support/cli.js';
import { repository, TRAINED } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const TINY = repository('test/golden/layers/tiny.safetensors');
const native = (await platform().loadNative?.({ cpuOnly: true }))?.available ?? false;

interface Line {
  readonly format: ExportFormat;
  readonly path: string;
  readonly bytes: number;
  readonly files: readonly string[];
}

/** Paths below a folder, hidden ones too, and what the files hold. */
function contents(path: string): Map<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(
    names.map((name) => {
      const file = join(path, name);
      return [
        name,
        statSync(file).isDirectory() ? 'folder' : createHash('sha256').update(readFileSync(file)).digest('hex'),
      ];
    }),
  );
}

/** Paths below a folder, hidden ones too, and bytes of the files. */
function sizes(path: string): Map<string, number> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return new Map(
    names.map((name) => [name, statSync(join(path, name)).isDirectory() ? 0 : statSync(join(path, name)).size]),
  );
}

async function networkOf(weights: string): Promise<Network> {
  const { checkpoint, architecture } = await openCheckpoint(weights);
  const network = buildNetwork(architecture);
  loadWeights(network, checkpoint.tensors);
  return network;
}

/** The files of a folder, for tfjs. */
const served = (path: string): tf.io.IOHandler =>
  memoryHandler(readdirSync(path).map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(path, name))) })));

type Outputs = Promise<tf.Tensor[]>;

/** [output0, output1], channels last, of what was written, in the runtime that it is for. */
const RUNTIMES: Readonly<Record<ExportFormat, (path: string, x: tf.Tensor4D) => Outputs>> = {
  onnx: async (path, x) => {
    const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(path)));
    const channelsFirst = tf.transpose(x, [0, 3, 1, 2]);
    const images = new ort.Tensor('float32', await channelsFirst.data<'float32'>(), channelsFirst.shape);
    const { output0, output1 } = await session.run({ images });
    const [rows, maps] = [output0, output1].map(({ data, dims }) => tf.tensor(data as Float32Array, [...dims]));
    return [rows, tf.transpose(maps, [0, 2, 3, 1])];
  },
  saved_model: async (path, x) => {
    const bytes = new Uint8Array(readFileSync(join(path, 'saved_model.pb')));
    const graph = await loadGraph<{ images: tf.Tensor4D }, { output0: tf.Tensor; output1: tf.Tensor }>(bytes);
    const { output0, output1 } = graph.run({ images: x });
    graph.dispose();
    return [output0, output1];
  },
  safetensors: async (path, x) => {
    const network = await networkOf(path);
    const outputs = expectedOutputs(network, x);
    network.model.dispose();
    return outputs;
  },
  tfjs: async (path, x) => (await tf.loadLayersModel(served(path))).predict(x) as tf.Tensor[],
  tfjs_graph: async (path, x) => (await tf.loadGraphModel(served(path))).predict(x) as tf.Tensor[],
};

describe('every format of the demo checkpoint', () => {
  let network: Network;
  beforeAll(async () => {
    ort.env.wasm.numThreads = 1;
    await acquireDevice(native ? 'cpu' : 'wasm');
    network = await networkOf(TRAINED);
  });
  afterAll(() => {
    network.model.dispose();
    releaseDevice();
  });

  test.each([
    ['float32', [], 13.2e6, 1e-4],
    ['half', ['--half'], 6.7e6, 0.05],
  ] as [string, string[], number, number][])('runs in its runtime, %s', async (name, flags, most, tolerance) => {
    const out = join(folder, 'made', name); // neither is there
    const args = ['export', 'demo', '--format', EXPORT_FORMAT_NAMES.join(), '--imgsz', '64,96', '--out', out, '--json'];
    const run = await fastsam([...args, ...flags]);
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
    const lines = run.stdout.trim().split('\n').map((line) => JSON.parse(line) as Line); // prettier-ignore
    expect(lines.map(({ format }) => format)).toEqual(EXPORT_FORMAT_NAMES);
    expect(readdirSync(out).sort()).toEqual(EXPORT_FORMAT_NAMES.map((format) => exportName('demo', format)).sort());
    const x = image([1, 64, 96, 3]);
    const expected = expectedOutputs(network, x);
    for (const { format, path, bytes } of lines) {
      expect(bytes).toBeLessThan(most);
      if (format === 'saved_model' && !native) continue; // nothing here reads it
      const got = await RUNTIMES[format](path, x);
      expectOutputs(got, expected, tolerance);
      tf.dispose(got);
    }
    tf.dispose([x, expected]);
  });
});

/** The tiny model to a folder of its own. */
const exportTiny = (format: string, out: string, ...more: string[]): Promise<Run> =>
  fastsamHere(['export', TINY, '--format', format, '--out', out, ...more], folder);

describe('what is wrong ends with one line and leaves nothing', () => {
  test.each<[string[], number, RegExp]>([
    [
      ['--format', 'onxx'],
      2,
      /^fastsam: .* argument 'onxx' is invalid\. expected one or more of onnx, saved_model, tfjs,/,
    ],
    [['--format', 'onnx,'], 2, /^fastsam: .* argument 'onnx,' is invalid/],
    [[], 2, /^fastsam: required option '--format <list>' not specified/],
    [['--format', 'onnx', '--imgsz', '100'], 2, /^fastsam: export: imgsz, height: got 100, expected a multiple of 32/],
    [['--format', 'onnx', '--imgsz', '1,2,3'], 2, /^fastsam: .*'1,2,3' is invalid/],
    [['--format', 'onnx', '--opset', '9'], 2, /^fastsam: .*expected a whole number from 13 to 20/],
    [
      ['--format', 'tfjs', '--nms'],
      2,
      /^fastsam: export: nms: got it for tfjs, .* expected it for onnx, saved_model, tfjs_graph only/,
    ],
    [
      ['--format', 'safetensors', '--nms'],
      2,
      /^fastsam: export: nms: got it for safetensors, which has no such option/,
    ],
    [['--format', 'safetensors', '--imgsz', '64'], 2, /^fastsam: export: imgsz: got it for safetensors/],
    [['--format', 'onnx,tfjs', '--opset', '17'], 2, /^fastsam: export: opset: got it for tfjs/],
    [
      ['--format', 'tfjs_graph', '--nms', '--batch', '2'],
      2,
      /^fastsam: export: nms: got it with batch 2, expected batch 1/,
    ],
  ])('%j', async (args, code, message) => {
    const run = await fastsamHere(['export', TINY, '--out', 'refused', ...args], folder);
    expect(run.stderr).toMatch(message);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code, stdout: '' });
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });

  test.each<[string, number, RegExp]>([
    ['FastSAM-l', 2, /^fastsam: weights: got 'FastSAM-l', expected one of FastSAM-s, FastSAM-x, demo/],
    ['none.pt', 1, /^fastsam: cannot read none\.pt: ENOENT/],
  ])('weights %s', async (weights, code, message) => {
    const run = await fastsamHere(['export', weights, '--format', 'onnx', '--out', 'refused'], folder);
    expect(run.stderr).toMatch(message);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
    expect(run.code).toBe(code);
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });

  test.each(['onnx', 'tfjs'])('%s that is there stays, and is replaced with --overwrite', async (format) => {
    const out = join(folder, `twice-${format}`);
    expect((await exportTiny(format, out, '--imgsz', '64')).code).toBe(0);
    const before = contents(out);
    const again = await exportTiny(format, out, '--imgsz', '96');
    expect(again.stderr).toMatch(/^fastsam: cannot write .*: it exists; name another path or set overwrite\n$/);
    expect(again.code).toBe(1);
    expect(contents(out)).toEqual(before);
    expect((await exportTiny(format, out, '--imgsz', '96', '--overwrite')).code).toBe(0);
    expect([...contents(out).keys()]).toEqual([...before.keys()]);
    expect(contents(out)).not.toEqual(before);
  });

  test('a folder with files of others stays, whatever is asked', async () => {
    const target = join(folder, 'theirs', 'tiny_saved_model');
    mkdirSync(target, { recursive: true });
    for (const name of ['saved_model.pb', 'thesis.txt']) writeFileSync(join(target, name), name);
    const before = contents(dirname(target));
    const run = await exportTiny('saved_model', dirname(target), '--imgsz', '64', '--overwrite');
    expect(run.stderr).toMatch(
      /^fastsam: cannot write .*: it holds other files \(thesis\.txt …\), expected none; name another folder .*\n$/,
    );
    expect(run.code).toBe(1);
    expect(contents(dirname(target))).toEqual(before);
  });

  test.each([
    ['onnx', 'tiny.onnx/x'],
    ['tfjs', 'tiny_tfjs'],
  ])('%s where something of another kind lies', async (format, at) => {
    const out = join(folder, `way-${format}`);
    const path = join(out, at);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'precious');
    const before = contents(out);
    const run = await exportTiny(format, out, '--imgsz', '64', '--overwrite');
    expect(run.stderr).toMatch(/^fastsam: cannot write .*: a (file|folder) is in the way; name another path\n$/);
    expect(run.code).toBe(1);
    expect(contents(out)).toEqual(before);
  });

  test('a folder that cannot be made', async () => {
    const run = await exportTiny('onnx', join(TINY, 'below'), '--imgsz', '64');
    expect(run.stderr).toMatch(
      /^fastsam: .*below: the folder cannot be made \(a file is in the way\); name another one\n$/,
    );
    expect(run.code).toBe(1);
  });

  test.skipIf(process.platform !== 'linux')('a folder that takes no files', async () => {
    for (const format of ['onnx', 'tfjs_graph']) {
      const run = await exportTiny(format, '/proc/self', '--imgsz', '64');
      expect(run.stderr).toMatch(/^fastsam: cannot write \/proc\/self\/tiny.*: E[A-Z]+.*\n$/);
      expect(run.code).toBe(1);
    }
  });
});

describe('killed while it writes', () => {
  test.each(['onnx', 'saved_model'])('%s: what lay there is whole', async (format) => {
    const out = join(folder, `killed-${format}`);
    const args = ['export', 'demo', '--format', format, '--imgsz', '64', '--out', out];
    await fastsam(args);
    const before = sizes(out);
    const run = await fastsam([...args, '--overwrite'], {
      watch: (child) => {
        const watcher = watch(out, () => {
          child.kill('SIGKILL'); // the first thing to appear is the temporary name
          watcher.close();
        });
      },
    });
    expect(run.code).toBe('SIGKILL');
    const after = sizes(out);
    // The old files or the new ones, which hold another date: whole in both cases.
    for (const [name, size] of before) expect(after.get(name), name).toBe(size);
    const rest = [...after.keys()].filter((name) => !before.has(name));
    expect(rest.every((name) => /^\.fastsam-.*\.(tmp|old)/.test(name))).toBe(true);
    expect((await fastsam([...args, '--overwrite'])).code).toBe(0);
  });
});
