import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ResultsJson } from '../../src/formats/json.js';
import { scene } from '../support/paths.js';
import { ffmpeg, HAS_FFMPEG, probe } from '../support/ffmpeg.js';
import { violations } from '../support/schema.js';
import { fastsam, fastsamHere } from '../support/cli.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const FRAMES = 4;
const SMALL = ['--device', 'wasm', '--imgsz', '160', '--tracker', 'bytetrack'];

const folder = temporaryFolder();
const clip = join(folder, 'clip');

/** A still camera: the same image again and again. */
beforeAll(() => {
  mkdirSync(clip);
  for (let i = 0; i < FRAMES; i++) copyFileSync(scene('rocket.jpg'), join(clip, `${i}.jpg`));
});

function jsonLines(text: string): ResultsJson[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ResultsJson);
}

/** Rows of a MOT file as numbers. */
function motRows(path: string): number[][] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split(',').map(Number));
}

describe('fastsam track', () => {
  test('prints a line of JSON a frame, and writes the same tracks as MOT lines', async () => {
    const mot = join(folder, 'tracks.txt');
    const { code, stdout, stderr } = await fastsam(['track', clip, ...SMALL, '--json', '--mot', mot]);
    expect(code, stderr).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines.map(({ frame }) => frame)).toEqual([0, 1, 2, 3]);
    for (const line of lines) expect(violations(line)).toEqual([]);
    const ids = lines.map(({ masks }) => masks.map(({ track_id: id }) => id));
    expect(ids[0].length).toBeGreaterThan(1);
    for (const later of ids) expect(later).toEqual(ids[0]);
    const expected = lines.flatMap(({ frame = NaN, masks }) =>
      masks.map(({ track_id: id = NaN, bbox: [x1, y1, x2, y2], score }) => [
        ...[frame + 1, id, x1, y1, x2 - x1, y2 - y1, score],
        ...[-1, -1, -1],
      ]),
    );
    expect(motRows(mot)).toBeAllclose(expected, { atol: 0.0061 });
    expect(readdirSync(folder)).not.toContain('fastsam-out');
  }, 120_000);

  test('keeps what was tracked before a broken image', async () => {
    const broken = join(folder, 'broken');
    mkdirSync(broken);
    for (let i = 0; i < 2; i++) copyFileSync(scene('rocket.jpg'), join(broken, `${i}.jpg`));
    writeFileSync(join(broken, '2.jpg'), 'no image');
    const out = join(folder, 'kept');
    const { code, stderr } = await fastsam(['track', broken, ...SMALL, '--out', out, '--no-video']);
    expect(code).toBe(1);
    expect(stderr).toContain('the 2 frames before are kept');
    expect(readdirSync(out).sort()).toEqual(['broken.jsonl', 'broken.txt']);
    expect(jsonLines(readFileSync(join(out, 'broken.jsonl'), 'utf8'))).toHaveLength(2);
  }, 120_000);

  test('ends a run without an object at the point, and leaves nothing', async () => {
    const out = join(folder, 'nothing');
    const args = ['track', clip, ...SMALL, '--conf', '0.999', '--point', '3,3', '--out', out, '--no-video'];
    const { code, stderr } = await fastsam(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/matches no object of the first frame/);
    expect(readdirSync(out)).toEqual([]);
  }, 120_000);

  test.each([
    [['clip', '--tracker', 'sort'], /Allowed choices are bytetrack, botsort, tracktrack/],
    [['clip', '--start', '2'], /images, which have no times/],
    [['clip', '--point', '1,1', '--text', 'a dog'], /one kind of prompt/],
    [['two.txt'], /several videos, expected one; track one at a time/],
    [['one.mp4', '--fps', '3'], /--fps: got a video, .* expected images/],
    [['clip', '--out', 'drawn.avi'], /--out: got drawn.avi, expected a folder or a video that ends in .mp4/],
    [['clip', '--out', 'a.mp4', '--mot', './a.mp4'], /a.mp4: would be written twice/],
    [[], /missing required argument/],
  ])('refuses %j', async (args, message) => {
    writeFileSync(join(folder, 'two.txt'), 'a.mp4\nb.mp4\n');
    const { code, stderr } = await fastsamHere(['track', ...args], folder);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  test('has help with examples', async () => {
    const { code, stdout } = await fastsamHere(['track', '--help'], folder);
    expect(code).toBe(0);
    expect(stdout).toContain('fastsam track clip.mp4');
  });
});

describe.skipIf(!HAS_FFMPEG)('fastsam track of a video', () => {
  const video = join(folder, 'street.mp4');
  beforeAll(() => {
    const input = ['-loop', '1', '-framerate', '10', '-i', scene('rocket.jpg')];
    ffmpeg(...input, '-vf', 'scale=160:120', '-frames:v', '40', video);
  });

  test('writes a drawn video, MOT lines and JSON', async () => {
    const args = ['track', video, ...SMALL, '--stride', '2', '--start', '1', '--max-frames', '5'];
    const { code, stderr } = await fastsam(args, { cwd: folder });
    expect(code, stderr).toBe(0);
    const out = join(folder, 'fastsam-out');
    expect(readdirSync(out).sort()).toEqual(['street.jsonl', 'street.mp4', 'street.txt']);
    const lines = jsonLines(readFileSync(join(out, 'street.jsonl'), 'utf8'));
    expect(lines.map(({ frame }) => frame)).toEqual([10, 12, 14, 16, 18]);
    expect(lines.map(({ time }) => time)).toEqual([1, 1.2, 1.4, 1.6, 1.8]);
    expect(new Set(motRows(join(out, 'street.txt')).map(([frame]) => frame))).toEqual(new Set([11, 13, 15, 17, 19]));
    const drawn = join(out, 'street.mp4');
    expect(probe(drawn)).toEqual({ codec: 'h264', width: 160, height: 120, frames: 5 });
    const pixels = (path: string) => ffmpeg('-i', path, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-');
    const plain = pixels(video);
    expect(pixels(drawn).filter((value, i) => Math.abs(value - plain[i]) > 20).length).toBeGreaterThan(500);
  }, 120_000);

  test('does not draw over the clip', async () => {
    const { code, stderr } = await fastsamHere(['track', video, '--out', video], folder);
    expect(code).toBe(2);
    expect(stderr).toContain('is the clip itself');
  });

  test('says that there is no frame behind the end', async () => {
    const out = join(folder, 'behind');
    const { code, stderr } = await fastsam(['track', video, ...SMALL, '--start', '60', '--out', out]);
    expect(stderr).toMatch(/got no frame there; check --start and --end/);
    expect(code).toBe(1);
    expect(readdirSync(out)).toEqual([]);
  }, 120_000);

  test('finishes its files on Ctrl-C', async () => {
    const out = join(folder, 'stopped');
    const args = ['track', video, ...SMALL, '--out', out];
    const { code, stderr } = await fastsam(args, {
      watch: (child) => {
        const timer = setInterval(() => {
          // The drawn video begins with its first frame.
          if (!existsSync(out) || readdirSync(out).length < 3) return;
          clearInterval(timer); // a second one would end it at once
          child.kill('SIGINT');
        }, 5);
      },
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted; the \d+ frames before are kept/);
    expect(readdirSync(out).sort()).toEqual(['street.jsonl', 'street.mp4', 'street.txt']);
    const { length } = jsonLines(readFileSync(join(out, 'street.jsonl'), 'utf8'));
    expect(probe(join(out, 'street.mp4')).frames).toBe(length);
  }, 120_000);
});
