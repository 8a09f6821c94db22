/** What a command really evaluates, as V8's coverage sees it. `npx tsx tools/house.ts` prints it for all of them. */
import { describe, expect, test } from 'vitest';
import { evaluatedBy } from '../../tools/house/evaluated.js';
import { repository, scene, TRAINED } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const HEAVY = /^(@tensorflow\/|protobufjs$|sharp$)/;
const folder = temporaryFolder();
const run = (...args: string[]) => evaluatedBy(repository('.'), args, folder);

describe('files that a command evaluates', { timeout: 180_000 }, () => {
  test('help of the program: none of the heavy packages', async () => {
    const { packages } = await run('--help');
    expect(packages.filter((name) => HEAVY.test(name))).toEqual([]);
  });

  test('convert: fewer than 100 of ours, no TensorFlow.js', async () => {
    const { files, packages } = await run('convert', TRAINED, 'out.safetensors');
    expect(files.length).toBeLessThan(100);
    expect(packages.filter((name) => HEAVY.test(name))).toEqual([]);
  });

  test('segment without a compiled graph: no protobufjs, and no room that it does not need', async () => {
    const { files, packages } = await run('segment', scene('coffee.jpg'), '--json', '--device', 'wasm');
    expect(packages).not.toContain('protobufjs');
    expect(files.filter((file) => /^(export|evaluate|studies|batch|track|runtime\/compile\/emit)/.test(file))).toEqual(
      [],
    );
  });
});
