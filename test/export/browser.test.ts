/** Both tfjs formats in a browser (headless Chromium): plain tfjs from a script tag, on a page that knows nothing of this package. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { expect, test } from 'vitest';
import type { ExportedFile } from '../../src/export/exportedFile.js';
import { networkGraph } from '../../src/export/graph/networkGraph.js';
import { graphModelFiles } from '../../src/export/tfjs/graphModel.js';
import { layersModelFiles } from '../../src/export/tfjs/layersModel.js';
import { stockModel } from '../../src/export/tfjs/stockModel.js';
import { tinyNetwork } from '../support/tinyNetwork.js';
import { expectOutputs, expectedOutputs, image } from '../support/exports.js';
import { CHROMIUM } from '../setup/requirements.js';

const chromium = CHROMIUM.find((name) => spawnSync(name, ['--version']).status === 0);
const TFJS = createRequire(import.meta.url).resolve('@tensorflow/tfjs/dist/tf.min.js');
const SIZE = [1, 64, 96, 3] as const;

/** What the page finds. */
interface Outputs {
  readonly backend: string;
  readonly outputs: readonly { readonly shape: number[]; readonly values: number[] }[];
}

const page = (load: string): string => `<!doctype html><script src="tf.min.js"></script><script type="module">
const post = (value) => fetch('/result', { method: 'POST', body: JSON.stringify(value) });
try {
  await tf.ready();
  const model = await tf.${load}('model.json');
  const values = new Float32Array(await (await fetch('input')).arrayBuffer());
  const outputs = model.predict(tf.tensor(values, [${SIZE.join()}]));
  const read = async (tensor) => ({ shape: tensor.shape, values: [...await tensor.data()] });
  await post({ backend: tf.getBackend(), outputs: await Promise.all(outputs.map(read)) });
} catch (error) {
  await post({ error: String(error) });
}
</script>`;

/** Serves the files, opens the page and waits for what it sends. */
async function inBrowser(
  program: string,
  load: string,
  files: readonly ExportedFile[],
  input: Uint8Array,
): Promise<Outputs> {
  const served = new Map<string, Uint8Array | string>([
    ...files.map(({ name, bytes }) => [name, bytes] as const),
    ['', page(load)],
    ['tf.min.js', readFileSync(TFJS)],
    ['input', input],
  ]);
  const profile = mkdtempSync(join(tmpdir(), 'fastsam-chromium-'));
  const server = createServer();
  const sent = new Promise<string>((resolve) => {
    server.on('request', (request, response) => {
      const name = request.url?.slice(1) ?? '';
      if (name === 'result') void text(request).then(resolve);
      const body = served.get(name);
      response.writeHead(body === undefined ? 404 : 200, {
        'content-type': name === '' ? 'text/html' : 'application/octet-stream',
      });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--enable-unsafe-swiftshader',
    `--user-data-dir=${profile}`,
  ];
  // A group of its own, so that its helpers end with it: they go on writing into the profile.
  const browser = spawn(program, [...flags, url], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => browser.on('close', resolve));
  try {
    const found = JSON.parse(await sent) as Outputs | { readonly error: string };
    if ('error' in found) throw new Error(found.error);
    return found;
  } finally {
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    await ended;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined); // no matter if it stays
  }
}

test.skipIf(chromium === undefined).each(['loadGraphModel', 'loadLayersModel'])(
  `%s gives what this package computes${chromium === undefined ? ' (skipped: no Chromium here)' : ''}`,
  async (load) => {
    await tf.setBackend('wasm');
    const network = tinyNetwork('tiny-3-classes');
    const shape = { height: SIZE[1], width: SIZE[2], batch: 1, dynamic: false };
    const stock = await stockModel(network, shape);
    const files =
      load === 'loadGraphModel'
        ? graphModelFiles(await networkGraph(network, shape), false, {})
        : await layersModelFiles(stock, false, {});
    const input = image([...SIZE]);
    const expected = expectedOutputs(network, input);
    const { backend, outputs } = await inBrowser(
      chromium ?? '',
      load,
      files,
      new Uint8Array((await input.data()).buffer),
    );
    expect(['webgl', 'cpu']).toContain(backend);
    const got = outputs.map(({ shape: sizes, values }) => tf.tensor(values, sizes));
    expectOutputs(got, expected, 1e-4);
    tf.dispose([input, ...got, ...expected]);
    stock.dispose();
    network.model.dispose();
  },
  60_000,
);
