/** Advice of results and masks on their way to threads, files and pages, and of bytes that come from them. */
import { openAsBlob, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll } from 'vitest';
import type { Advice } from './trial.js';
import { labelMap, packMasks, unpackMasks } from '../../../src/entry/mask.js';
import {
  FastSAM,
  masks,
  packResults,
  readImage,
  Results,
  unpackResults,
  type ResultsJson,
} from '../../../src/index.js';
import { goldenBytes } from '../../support/golden.js';
import { maskOf } from '../../support/masks.js';
import { scene, TRAINED } from '../../support/paths.js';
import { resultsOf } from '../../support/results.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';

const folder = temporaryFolder();
const COINS = scene('coins.png');
const PNG = goldenBytes('images/rgb.png');
const model = await FastSAM.load(TRAINED, { device: 'wasm' });
const coins = await model.segment(COINS, { imgsz: 64 });
const record = JSON.stringify(coins.toJSON());
const crowd = resultsOf(Array.from({ length: 65_536 }, () => maskOf('#')));
const [small, large] = [maskOf('#.'), maskOf('##..', '....')];
const floats = tf.fill<tf.Rank.R3>([8, 8, 3], 0.5);

afterAll(() => {
  model.dispose();
  floats.dispose();
});

/** A file that somebody has chosen; afterwards another program may write it. */
async function chosen(changed: boolean): Promise<Blob> {
  const path = join(folder, 'chosen.png');
  writeFileSync(path, PNG);
  const blob = await openAsBlob(path);
  if (changed) writeFileSync(path, PNG.subarray(1));
  return blob;
}

/** An answer of a server, whose body somebody may have read. */
async function answer(read: boolean): Promise<Response> {
  const response = new Response(PNG);
  if (read) await response.arrayBuffer();
  return response;
}

export const TRAVELS: Advice = {
  trials: [
    {
      advice: 'choose some with filter or select',
      provoke: () => crowd.labelMap(),
      follow: () => [crowd.filter(({ id }) => id < 9).labelMap(), crowd.select([0, 1]).labelMap()],
    },
    {
      advice: 'resize it with masks.resizeMask',
      provoke: () => labelMap([small, large], 4, 2),
      follow: () => labelMap([masks.resizeMask(small, 4, 2), large], 4, 2),
    },
    {
      advice: "take results.plot() or results.encode('png')",
      provoke: () => coins.toImageData(),
      follow: async () => [coins.plot(), await coins.encode('png')],
    },
    {
      advice: 'give the image: results.with({ image: await readImage(…) })',
      provoke: () => Results.fromJSON(coins.toJSON()).plot(),
      follow: async () =>
        Results.fromJSON(coins.toJSON())
          .with({ image: await readImage(COINS) })
          .plot(),
    },
    {
      advice: 'give what packMasks made',
      provoke: () => unpackMasks([large] as never),
      follow: () => unpackMasks(packMasks([large])),
    },
    {
      advice: 'give what Results.toJSON made (JSON.parse the text of a file)',
      provoke: () => Results.fromJSON(record as unknown as ResultsJson),
      follow: () => Results.fromJSON(JSON.parse(record) as ResultsJson),
    },
    {
      advice: 'post the data that packResults gives, from a package of the same version',
      provoke: () => unpackResults({ ...packResults(coins).data, version: 2 as never }),
      follow: () => unpackResults(structuredClone(packResults(coins).data)),
    },
    {
      advice: 'a transfer has emptied this data, unpack it where it went',
      provoke: () => {
        const { data, transfer } = packResults(coins);
        structuredClone(data, { transfer });
        return unpackResults(data);
      },
      follow: () => {
        const { data, transfer } = packResults(coins);
        return unpackResults(structuredClone(data, { transfer }));
      },
    },
    {
      advice: 'choose the file again',
      provoke: async () => readImage(await chosen(true)),
      follow: async () => readImage(await chosen(false)),
    },
    {
      advice: 'give response.clone(), or fetch it again',
      provoke: async () => readImage(await answer(true)),
      follow: async () => {
        const response = await answer(false);
        await readImage(response.clone());
        await response.arrayBuffer();
        await readImage(await answer(false));
      },
    },
    {
      advice: 'check the address',
      provoke: () => readImage(new Response(null, { status: 404 })),
      follow: async () => readImage(await answer(false)),
    },
    {
      advice: 'resize the tensor with tf.image.resizeBilinear',
      provoke: () => readImage(floats, { maxSide: 4 }),
      follow: async () => {
        const resized = tf.image.resizeBilinear(floats, [4, 4]);
        await readImage(resized);
        resized.dispose();
      },
    },
  ],
  elsewhere: {},
  untried: {},
};
