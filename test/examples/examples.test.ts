/**
 * The programs of examples/, run as users run them, in the repository: what they print and write. Numbers are those of the
 * tests' own model, so that the shipped one may change.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/platform/nodeImages.js';
import { HAS_FFMPEG, probe } from '../support/ffmpeg.js';
import { repository } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const TSX = createRequire(import.meta.url).resolve('tsx/cli');
const folder = temporaryFolder();
const ran = new Set<string>();

const example = (name: string): string => repository(`examples/${name}`);
const run = (name: string, ...args: string[]): Promise<string[]> => runWith(process.env, name, ...args);

/** Lines that `npx tsx examples/<name>.ts …` prints. */
async function runWith(env: NodeJS.ProcessEnv, name: string, ...args: string[]): Promise<string[]> {
  ran.add(`${name}.ts`);
  const child = spawn(process.execPath, [TSX, `examples/${name}.ts`, ...args], { cwd: repository('.'), env });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

/** All numbers in a line. */
const numbersOf = (line: string): number[] =>
  Array.from(line.matchAll(/\d+(\.\d+)?(e-?\d+)?/g), ([word]) => Number(word));

describe('examples', { timeout: 120_000 }, () => {
  test('layers: each is what PyTorch computes with the shipped model, but for rounding', async () => {
    const lines = await runWith({ ...process.env, FASTSAM_WEIGHTS_DIR: undefined }, 'layers');
    expect(lines).toHaveLength(23);
    lines.forEach((line, i) => {
      expect(line).toMatch(new RegExp(`^model\\.${i} +1 x \\d+ x \\d+( x \\d+)? +\\d\\.\\de-\\d+$`));
      expect(numbersOf(line).at(-1)).toBeLessThan(1e-4);
    });
  });

  test('prompts: each chooses its objects', async () => {
    const [count, ...lines] = await run('prompts');
    expect(count).toBe('colosseum.jpg: 24 objects');
    const expected: [string, string, number[]][] = [
      ['a box', '0', [244545]],
      ['all at a point', '0 3', [244545, 1555]],
      ['the smallest at a point', '3', [1555]],
      ['with one point, without another', '3', [1555]],
      ['one mask, a whole without its part', '0', [242990]],
    ];
    expect(lines.map((line) => line.replace(/, pixels.*/, ''))).toEqual(
      expected.map(([name, objects]) => `${name}: objects ${objects}`),
    );
    lines.forEach((line, i) => {
      expect(numbersOf(line.split('pixels')[1]), line).toBeAllclose(expected[i][2], { rtol: 0.002 });
    });
  });

  test('cutout: the coin, with alpha', async () => {
    const out = join(folder, 'cutout');
    const [size, files] = await run('cutout', out);
    expect(numbersOf(size)).toBeAllclose([57, 52, 244, 94, 2047], { atol: 6 });
    expect(files).toBe(`${out}: 0.png`);
    const { data } = await decodeImage(readFileSync(join(out, '0.png')), { alpha: 'white' });
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]); // a corner, which is transparent
  });

  test.skipIf(!HAS_FFMPEG)('track: coins keep their ids', async () => {
    const out = join(folder, 'track');
    const frames = (await run('track', out)).map(numbersOf);
    expect(frames.map(([frame]) => frame)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const [[, there]] = frames;
    expect(there).toBeGreaterThan(10);
    for (const [, , ofTheFirst] of frames) expect(ofTheFirst).toBe(there);
    for (const name of ['coins.mp4', 'tracked.mp4']) {
      expect(probe(join(out, name))).toMatchObject({ width: 256, height: 224, frames: 8 });
    }
  });

  test('fineTuned: classes by their names', async () => {
    const [facts, ...lines] = await run('fineTuned');
    expect(facts).toBe('cup, saucer, spoon; trained at 96; regMax 4');
    expect(lines.map((line) => line.replace(/\d+ .*/, ''))).toEqual(['cup: ', 'saucer: ', 'spoon: ']);
    expect(lines.map((line) => numbersOf(line)[1])).toBeAllclose([0.679, 0.786, 0.725], { atol: 0.002 });
  });

  test('promptKind: objects within the rectangle, which is drawn', async () => {
    const file = join(folder, 'within.png');
    expect(await run('promptKind', file)).toEqual(['objects 0 3 6 18; noted {"within":[180,90,310,230]}']);
    const { data, width } = await decodeImage(readFileSync(file));
    const original = await decodeImage(readFileSync(example('coins.png')));
    const changed = (x: number, y: number) => [0, 1, 2].some((c) => {
      const p = 3 * (y * width + x) + c;
      return data[p] !== original.data[p];
    });
    expect(Array.from({ length: 60 }, (_, i) => 200 + i).some((x) => changed(x, 90))).toBe(true); // the upper edge
    expect(changed(5, 5)).toBe(false);
  });

  test('format: CSV', async () => {
    const out = join(folder, 'format');
    const [head, ...rows] = await run('format', out);
    expect(head).toBe('x1,y1,x2,y2,score,area');
    expect(numbersOf(rows[0])).toBeAllclose([244.2, 94.7, 297.6, 144.7, 0.9, 2053], { atol: 4 });
    expect(readFileSync(join(out, 'coins.csv'), 'utf8').trim().split('\n')).toHaveLength(26);
  });

  test('batch: a list beside the files; again, nothing is left to do', async () => {
    const out = join(folder, 'batch');
    const list = [
      'coffee.jpg, 600 x 400: 3 objects',
      'coins.png, 384 x 303: 25 objects',
      'rocket.jpg, 640 x 427: 7 objects',
    ];
    expect(await run('batch', out)).toEqual([...list.map((line) => `${line.split(',')[0]}: done`), ...list]);
    expect(readdirSync(out)).toEqual(expect.arrayContaining(['coffee.json', 'coins.json', 'list.txt', 'rocket.json']));
    expect(await run('batch', out)).toEqual(list);
  });

  test('study: counts beside the truth', async () => {
    expect(await run('study')).toEqual([
      '{"key":"coins.png","expected":24,"found":25}',
      '{"key":"coffee.jpg","expected":2,"found":3}',
      '{ error: 1 }',
    ]);
  });
});

test('every example was run, is short, says what it is, and is in the list', () => {
  const names = readdirSync(repository('examples')).filter((name) => name.endsWith('.ts'));
  expect(names.filter((name) => !ran.has(name))).toEqual(HAS_FFMPEG ? [] : ['track.ts']);
  const list = readFileSync(example('README.md'), 'utf8');
  for (const name of names) {
    const source = readFileSync(example(name), 'utf8');
    expect(source.trimEnd().split('\n').length, name).toBeLessThan(40);
    expect(source, name).toMatch(/^\/\*\*\n/);
    expect(source).toContain(`npx tsx examples/${name}`);
    expect(list).toContain(`](${name})`);
  }
});
