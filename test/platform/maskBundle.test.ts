/** `fastsam-tfjs/mask`, bundled as a web page would be: small, and without what a network needs. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import * as entry from '../../src/entry/mask.js';
import * as api from '../../src/index.js';
import { repository } from '../support/paths.js';
import { maskOf } from '../support/masks.js';

/** Bytes, compressed, that a page may pay for masks. */
const BUDGET = 15_000;

test('takes at most 15 kB, and nothing of TensorFlow.js, Node or a platform', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [repository('src/entry/mask.ts')],
    ...{ bundle: true, minify: true, format: 'esm', platform: 'browser', write: false, metafile: true },
    absWorkingDir: repository(''),
    logLevel: 'silent',
  });
  expect(gzipSync(outputFiles[0].contents).length).toBeLessThanOrEqual(BUDGET);
  const files = Object.keys(metafile.inputs);
  expect(
    files.filter((file) => /tensorflow|protobufjs|sharp|src\/(platform|results|model|runtime)\//.test(file)),
  ).toEqual([]);
});

test('has the masks of the main entry', () => {
  expect(entry.Mask).toBe(api.Mask);
  const { resizeMask, unletterboxMask, fromStroke, ...rest } = api.masks;
  expect({ ...entry.masks }).toEqual(rest);
  expect([resizeMask, unletterboxMask, fromStroke]).not.toContain(undefined);
});

test('makes a label map of packed masks, the smallest on top', () => {
  const masks = [maskOf('##..', '....'), maskOf('.###', '....'), maskOf('.#..', '....')];
  const there = entry.unpackMasks(structuredClone(entry.packMasks(masks)));
  expect([...entry.labelMap(there, 4, 2)]).toEqual([1, 3, 2, 2, 0, 0, 0, 0]);
});
