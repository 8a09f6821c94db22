/** Both tfjs formats in a browser (headless Chromium): plain tfjs from a script tag, on a page that knows nothing of this package. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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
import { chromium, chromiumNote, resultOfPage } from '../support/chromium.js';

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

/** Opens the page with a model's files. */
function inBrowser(load: string, files: readonly ExportedFile[], input: Uint8Array): Promise<Outputs> {
  return resultOfPage<Outputs>({
    ...Object.fromEntries(files.map(({ name, bytes }) => [name, bytes])),
    '': page(load),
    'tf.min.js': readFileSync(TFJS),
    input,
  });
}

test.skipIf(chromium === undefined).each(['loadGraphModel', 'loadLayersModel'])(
  `%s gives what this package computes${chromiumNote}`,
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
    const { backend, outputs } = await inBrowser(load, files, new Uint8Array((await input.data()).buffer));
    expect(['webgl', 'cpu']).toContain(backend);
    const got = outputs.map(({ shape: sizes, values }) => tf.tensor(values, sizes));
    expectOutputs(got, expected, 1e-4);
    tf.dispose([input, ...got, ...expected]);
    stock.dispose();
    network.model.dispose();
  },
  60_000,
);
