/** Folders, limits and hostile pictures on the command line. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ResultsJson } from '../../src/index.js';
import { fastsam } from '../support/cli.js';
import { goldenPath } from '../support/golden.js';
import { scene } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const COMMON = ['--device', 'cpu', '--imgsz', '64'];

/** An AVIF whose header claims 16 x 1,769,930,775 pixels: libvips would print GLib's warnings about it. */
function absurdAvif(): Buffer {
  const bytes = readFileSync(goldenPath('images/444.avif'));
  bytes.writeUInt32BE(1_769_930_775, bytes.indexOf('ispe') + 12);
  return bytes;
}

describe('segment', () => {
  test('a picture with an absurd size: one line, nothing of the decoder', async () => {
    writeFileSync(join(folder, 'absurd.avif'), absurdAvif());
    const { code, stderr } = await fastsam(['segment', 'absurd.avif', '--json', ...COMMON], { cwd: folder });
    expect(code).not.toBe(0);
    expect(stderr).not.toMatch(/GLib|CRITICAL|process:/);
    expect(stderr).toMatch(/^fastsam: image absurd\.avif: got \d+ x 1769930775 pixels, expected at most 100000000/m);
  });

  test('the advice of --max-pixels works, --imgsz takes two sides, and what is passed over is said', async () => {
    const photos = join(folder, 'photos');
    mkdirSync(photos);
    copyFileSync(scene('rocket.jpg'), join(photos, '10.jpg'));
    copyFileSync(goldenPath('images/animated.gif'), join(photos, '9.gif'));
    writeFileSync(join(photos, 'IMG_1.HEIC'), 'x');
    const few = await fastsam(['segment', photos, '--json', ...COMMON, '--max-pixels', '900'], { cwd: folder });
    expect(few.code).toBe(1);
    expect(few.stderr).toMatch(/10\.jpg: got \d+ x \d+ pixels, expected at most 900 pixels in all; .*\(--max-pixels\)/);
    const run = ['segment', photos, '--json', '--device', 'cpu', '--imgsz', '32,64', '--max-pixels', '100000000'];
    const { code, stdout, stderr } = await fastsam(run, { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toContain('passed over 1 HEIC (');
    expect(stderr).toContain('of the first of 2 frames');
    const records = stdout.trim().split('\n').map((line) => JSON.parse(line) as ResultsJson); // prettier-ignore
    expect(records.map(({ image, imgsz }) => [image.path, image.frames, imgsz])).toEqual([
      [join(photos, '9.gif'), 2, [32, 64]],
      [join(photos, '10.jpg'), undefined, [32, 64]],
    ]);
  });
});

describe('batch', () => {
  test('names with colons and percent signs are their own', async () => {
    const names = ['img-09:10:10', 'img-10:10:10', 'cam:100%', 'camera:0'];
    const odd = join(folder, 'odd');
    mkdirSync(odd);
    for (const name of names) copyFileSync(goldenPath('images/444.jpg'), join(odd, `${name}.jpg`));
    copyFileSync(goldenPath('images/grey16.png'), join(odd, 'deep.png'));
    const out = join(folder, 'out');
    const { code } = await fastsam(['batch', '.', '--out', out, ...COMMON, '--window', 'percentiles'], { cwd: odd });
    expect(code).toBe(0);
    for (const name of names) {
      const { image } = JSON.parse(readFileSync(join(out, `${name}.json`), 'utf8')) as ResultsJson;
      expect(image.path).toBe(`${name}.jpg`);
    }
    const { image } = JSON.parse(readFileSync(join(out, 'deep.json'), 'utf8')) as ResultsJson;
    expect(image.window).toMatchObject({ rule: 'percentiles', bits: 16 });
  });

  test('a bad address in a list is one failure among others, named', async () => {
    const list = join(folder, 'list.txt');
    const good = goldenPath('images/444.jpg');
    writeFileSync(list, `http://[bad/x.jpg\nhttp://127.0.0.1:9/%E0%A4%A.jpg\n${good}\n`);
    const out = join(folder, 'listed');
    const { code, stderr } = await fastsam(['batch', list, '--out', out, ...COMMON], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^fastsam: .*http:\/\[bad\/x\.jpg: got no valid URL/m);
    expect(stderr).toMatch(/^fastsam: .*%E0%A4%A\.jpg: got no connection/m);
    expect(stderr).toContain('1 of 3 images done');
    expect(existsSync(out) && readdirSync(out).length > 0).toBe(true);
  });
});
