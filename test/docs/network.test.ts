/** The programs of docs/user/network.md run as they stand there. */
import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { readNpy } from '../../src/weights/npy.js';
import { readNpz } from '../../src/weights/npz.js';
import { goldenPath } from '../support/golden.js';
import { repository } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const PAGE = readFileSync(repository('docs/user/network.md'), 'utf8');
const [HEAD, ...BLOCKS] = Array.from(PAGE.matchAll(/```ts\n([\s\S]*?)```/g), ([, code]) => code);
const folder = temporaryFolder();

test('each is under 15 lines', () => {
  expect(BLOCKS).toHaveLength(5);
  for (const block of BLOCKS) expect(block.trimEnd().split('\n').length).toBeLessThan(15);
});

test('they run, one after another, and write what they say', { timeout: 120_000 }, async () => {
  const body = BLOCKS.map((block) => `{\n${block}}\n`).join('');
  const program = `${HEAD}${body}`
    .replace("'fastsam-tfjs'", JSON.stringify(repository('src/index.ts')))
    .replace("'fastsam-tfjs/arrays'", JSON.stringify(repository('src/entry/arrays.ts')));
  writeFileSync(join(folder, 'program.mts'), program);
  copyFileSync(goldenPath('scenes/coffee.jpg'), join(folder, 'street.jpg'));
  const tsx = createRequire(import.meta.url).resolve('tsx/cli');
  const child = spawn(process.execPath, [tsx, 'program.mts'], { cwd: folder });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [shape, edited, gradient] = stdout.trimEnd().split('\n');
  const { shape: saved } = readNpy(new Uint8Array(readFileSync(join(folder, 'model9.npy'))));
  expect(shape).toBe(`[ ${saved.join(', ')} ]`);
  expect([...readNpz(new Uint8Array(readFileSync(join(folder, 'layers.npz')))).keys()]).toEqual([
    'model.9',
    'model.22.proto',
  ]);
  expect(edited).toMatch(/^\d+ \[ 'model\.18', 'model\.22\.proto' \]$/);
  expect(gradient).toMatch(/^\[ 1, \d+, \d+, 64 \]$/);
  for (const name of ['changed', 'untrained'])
    expect(readFileSync(join(folder, `${name}.safetensors`)).length).toBeGreaterThan(1000);
});
