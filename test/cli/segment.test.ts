/** `fastsam segment` as it is called: files, standard streams, exit codes. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeRle, readImage, usePlatform, type CocoFile, type ResultsJson } from '../../src/index.js';
import { nodePlatform } from '../../src/platform/node.js';
import { violations } from '../support/schema.js';
import { fastsam, fastsamHere } from '../support/cli.js';
import { scene } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

usePlatform(nodePlatform);
const folder = temporaryFolder();
const COINS = scene('coins.png');
const ROCKET = scene('rocket.jpg');

mkdirSync(join(folder, 'photos', 'more'), { recursive: true });
copyFileSync(COINS, join(folder, 'photos', 'b.PNG'));
copyFileSync(ROCKET, join(folder, 'photos', 'a.jpg'));
copyFileSync(ROCKET, join(folder, 'photos', 'more', 'b.jpg'));
writeFileSync(join(folder, 'photos', 'notes.txt'), 'no image');
writeFileSync(join(folder, 'text.jpg'), 'no image either');
mkdirSync(join(folder, 'empty'));

/** The lines of JSON on stdout, each of them valid. */
function jsonLines(stdout: string): ResultsJson[] {
  expect(stdout === '' || stdout.endsWith('\n')).toBe(true);
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => {
    const record: unknown = JSON.parse(line);
    expect(violations(record)).toEqual([]);
    return record as ResultsJson;
  });
}

describe('files', () => {
  test('every format of one image, and JSON on standard output beside them', async () => {
    const formats = 'png,json,coco,yolo,cutout,png';
    const { code, stdout, stderr } = await fastsam(
      ['segment', COINS, '--format', formats, '--out', 'all/formats', '--json', '--device', 'wasm'],
      { cwd: folder },
    );
    expect(code).toBe(0);
    const out = join(folder, 'all', 'formats');
    expect(readdirSync(out).sort()).toEqual(['coco.json', 'coins-cutouts', 'coins.json', 'coins.png', 'coins.txt']);
    const [record] = jsonLines(stdout);
    expect(record).toMatchObject({ model: 'demo', imgsz: 320, device: 'wasm', precision: 'fp32', prompt: null });
    expect(record.image).toEqual({ path: COINS, width: 384, height: 303 });
    expect(record.masks).toHaveLength(25);
    expect(decodeRle(record.masks[3].segmentation).area).toBe(record.masks[3].area);
    expect(jsonLines(readFileSync(join(out, 'coins.json'), 'utf8'))).toEqual([record]);
    const drawn = await readImage(join(out, 'coins.png'));
    expect([drawn.width, drawn.height]).toEqual([384, 303]);
    expect(drawn.data).not.toEqual((await readImage(COINS)).data);
    const coco = JSON.parse(readFileSync(join(out, 'coco.json'), 'utf8')) as CocoFile;
    expect(coco.images).toEqual([{ id: 1, file_name: COINS, width: 384, height: 303 }]);
    expect(coco.annotations.map(({ area }) => area)).toEqual(record.masks.map(({ area }) => area));
    expect(readFileSync(join(out, 'coins.txt'), 'utf8').trim().split('\n').length).toBeGreaterThanOrEqual(25);
    expect(readdirSync(join(out, 'coins-cutouts'))).toHaveLength(25);
    expect(stderr).toContain('25 objects');
    expect(stderr).toContain('FastSAM-s does far better');
  });

  test('a folder, a glob and a single image: every one gets a name of its own', async () => {
    const args = ['photos', 'photos/more/*.jpg', COINS, '--format', 'json,coco', '--out', 'many'];
    const { code, stdout, stderr } = await fastsam(['segment', ...args], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toBe('');
    const out = join(folder, 'many');
    expect(readdirSync(out).sort()).toEqual(['a.json', 'b-2.json', 'b.json', 'coco.json', 'coins.json']);
    const pathOf = (file: string) => jsonLines(readFileSync(join(out, file), 'utf8'))[0].image.path;
    expect(pathOf('a.json')).toBe(join('photos', 'a.jpg'));
    expect(pathOf('b.json')).toBe(join('photos', 'b.PNG'));
    expect(pathOf('b-2.json')).toBe('photos/more/b.jpg');
    const coco = JSON.parse(readFileSync(join(out, 'coco.json'), 'utf8')) as CocoFile;
    expect(coco.images.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(new Set(coco.annotations.map(({ id }) => id)).size).toBe(coco.annotations.length);
    expect(stderr).toContain('Written to many/');
  });

  test('standard input, prompts and options; with --json no files', async () => {
    const run = ['segment', '-', '--json', '--no-retina-masks', '--compat', 'ultralytics', '--batch', '2'];
    const options = [
      '--box',
      '250,100,290,140',
      '--point',
      '335,188',
      '--conf',
      '0.3',
      '--max-det',
      '20',
      '--iou',
      '.6',
    ];
    const cwd = join(folder, 'empty');
    const { code, stdout, stderr } = await fastsam([...run, ...options], { cwd, stdin: readFileSync(COINS) });
    expect(code).toBe(0);
    const [record] = jsonLines(stdout);
    expect(record.image).toEqual({ path: null, width: 384, height: 303 });
    expect(record.prompt).toEqual({
      boxes: [[250, 100, 290, 140]],
      points: [[335, 188]],
      labels: [1],
      pick: 'all',
    });
    expect(record.masks.length).toBeGreaterThan(0);
    expect(record.masks[0].segmentation.size).toEqual([303, 384]);
    expect(stderr).toContain('stdin: ');
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('exit code 1: some inputs failed, the others are written', () => {
  test('bad images among good ones', async () => {
    const bad = ['text.jpg', 'none.png', 'empty', 'nothing*.png', 'clip.mp4', 'photos/more'];
    const args = [...bad, 'photos/a.jpg', '--json', '--out', 'some', '--format', 'png'];
    const { code, stdout, stderr } = await fastsam(['segment', ...args], { cwd: folder });
    expect(code).toBe(1);
    expect(jsonLines(stdout).map(({ image }) => image.path)).toEqual(['photos/more/b.jpg', 'photos/a.jpg']);
    expect(readdirSync(join(folder, 'some')).sort()).toEqual(['a.png', 'b.png']);
    const complaints = stderr.split('\n').filter((line) => line.startsWith('fastsam: '));
    expect(complaints).toHaveLength(5);
    for (const name of bad.slice(0, 5)) expect(complaints.some((line) => line.includes(name))).toBe(true);
  });

  test('a prompt outside one of several images', async () => {
    const args = [COINS, ROCKET, '--point', '600,20', '--json', '--pick', 'smallest'];
    const { code, stdout, stderr } = await fastsam(['segment', ...args], { cwd: folder });
    expect(code).toBe(1);
    expect(jsonLines(stdout).map(({ image }) => image.path)).toEqual([ROCKET]);
    expect(stderr).toMatch(/fastsam: .*coins\.png: points\[0\].*384 x 303/);
  });

  test.each<[string, string[], RegExp]>([
    ['a missing image', ['none.png'], /^fastsam: .*none\.png.*no such file/],
    ['a text as image', ['text.jpg', '--json'], /^fastsam: image text\.jpg: got text/],
    ['an empty folder', ['empty'], /^fastsam: empty: no image or video there/],
    ['a file where the folder should be', [COINS, '--out', 'text.jpg'], /^fastsam: text\.jpg: .*a file is in the way/],
    ['a folder that cannot be made', [COINS, '--out', 'text.jpg/out'], /^fastsam: text\.jpg\/out: /],
    ['a model that is no checkpoint', [COINS, '--model', 'text.jpg'], /^fastsam: .*checkpoint/],
  ])('%s', async (_name, args, message) => {
    const { code, stdout, stderr } = await fastsamHere(['segment', ...args], folder);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('nothing on standard input', async () => {
    const { code, stderr } = await fastsam(['segment', '-', '--json'], { cwd: folder });
    expect(stderr).toMatch(/^fastsam: stdin: .*\n$/);
    expect(code).toBe(1);
  });

  test('an output that cannot be written', async () => {
    mkdirSync(join(folder, 'blocked', 'coins.png'), { recursive: true });
    const { code, stderr } = await fastsamHere(['segment', COINS, '--out', 'blocked'], folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/fastsam: .*cannot write .*coins\.png/);
    expect(readdirSync(join(folder, 'blocked'))).toEqual(['coins.png']); // no temporary file either
  });
});

describe('exit code 2: wrong usage', () => {
  test.each<[string, string[], RegExp]>([
    ['a prompt outside the only image', [COINS, '--point', '1000,10'], /points\[0\]/],
    ['a model that does not exist', [COINS, '--model', 'FastSAM-m'], /FastSAM-s, FastSAM-x, demo/],
  ])('%s', async (_name, args, message) => {
    const { code, stdout, stderr } = await fastsamHere(['segment', ...args], folder);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('no image is ever drawn over', async () => {
    const cwd = join(folder, 'over');
    mkdirSync(cwd);
    copyFileSync(COINS, join(cwd, 'coins.png'));
    const { code, stderr } = await fastsamHere(['segment', 'coins.png', '--out', '.'], cwd);
    expect(stderr).toMatch(/coins\.png: is one of the images/);
    expect(code).toBe(2);
    expect(readFileSync(join(cwd, 'coins.png'))).toEqual(readFileSync(COINS));
  });
});

describe('exit code 130: interrupted', () => {
  test('in the middle of many images: whole files or none', async () => {
    const images = Array.from({ length: 200 }, () => COINS);
    const args = ['segment', ...images, '--json', '--format', 'png,coco', '--out', 'long'];
    const { code, stdout, stderr } = await fastsam(args, {
      cwd: folder,
      watch: (child) => {
        child.stdout?.once('data', () => child.kill('SIGINT'));
      },
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(/^fastsam: interrupted$/m);
    const records = jsonLines(stdout);
    expect(records.length).toBeGreaterThan(0);
    expect(records.length).toBeLessThan(200);
    const files = readdirSync(join(folder, 'long'));
    expect(files.length).toBeGreaterThanOrEqual(records.length);
    expect(files.every((file) => /^coins(-\d+)?\.png$/.test(file))).toBe(true);
    for (const file of files.slice(-3)) expect((await readImage(join(folder, 'long', file))).width).toBe(384);
  });

  test('while it waits for standard input', async () => {
    const cwd = join(folder, 'empty');
    const { code } = await fastsam(['segment', '-'], {
      cwd,
      stdin: 'open',
      watch: (child) => {
        setTimeout(() => child.kill('SIGINT'), 2500);
      },
    });
    // On a slow machine the signal comes before anybody listens; a shell calls that 130, too.
    expect([130, 'SIGINT']).toContain(code);
    expect(readdirSync(cwd)).toEqual([]);
  });
});
