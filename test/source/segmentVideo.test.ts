/** Videos through the model and through `fastsam segment`. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, readdirSync, readFileSync, copyFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FastSAM, openVideo, type ResultsJson } from '../../src/index.js';
import { fastsam } from '../support/cli.js';
import { scene } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { ffmpeg, HAS_FFMPEG, probe } from '../support/ffmpeg.js';

describe.skipIf(!HAS_FFMPEG)('segment', { timeout: 180_000 }, () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'mixed'));
  const clip = join(folder, 'mixed', 'clip.mkv');
  const coins = scene('coins.png');
  copyFileSync(coins, join(folder, 'mixed', 'coins.png'));
  // Nine frames of the image, ten a second.
  if (HAS_FFMPEG) ffmpeg('-loop', '1', '-framerate', '10', '-i', coins, '-frames:v', '9', '-c:v', 'ffv1', clip);

  test('stream takes a video; items keep numbers and times; the frames are the image', async () => {
    const model = await FastSAM.load('demo', { device: 'wasm' });
    const still = await model.segment(coins);
    const seen: [number, number | undefined, number][] = [];
    for await (const { index, input, results } of model.stream(await openVideo(clip, { stride: 4 }))) {
      expect(input.index).toBe(index * 4);
      seen.push([input.index, input.time, results?.length ?? 0]);
    }
    model.dispose();
    expect(seen).toEqual([0, 4, 8].map((index) => [index, index / 10, still.length]));
  });

  test('a list with an image, a video and what is neither', async () => {
    writeFileSync(join(folder, 'list.txt'), '# things\nmixed/coins.png\n\nmixed/clip.mkv\nmixed/none.mp4\n');
    const args = ['list.txt', '--stride', '4', '--format', 'png,json,coco,yolo', '--out', 'out', '--json'];
    const { code, stdout, stderr } = await fastsam(['segment', ...args, '--device', 'wasm'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/none\.mp4: no such file/);
    expect(stderr).toMatch(/clip\.mkv: 3 frames, .* -> .*clip\.mp4/);
    const out = join(folder, 'out');
    expect(readdirSync(out).sort()).toEqual([
      'clip-labels',
      'clip.jsonl',
      'clip.mp4',
      'coco.json',
      'coins.json',
      'coins.png',
      'coins.txt',
    ]);
    expect(readdirSync(join(out, 'clip-labels')).sort()).toEqual(['000000.txt', '000004.txt', '000008.txt']);
    expect(probe(join(out, 'clip.mp4'))).toEqual({ codec: 'h264', width: 384, height: 304, frames: 3 });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ResultsJson & { frame?: number });
    expect(lines.map(({ frame }) => frame)).toEqual([undefined, 0, 4, 8]);
    expect(new Set(lines.map(({ masks }) => masks.length)).size).toBe(1);
    expect(readFileSync(join(out, 'clip.jsonl'), 'utf8')).toBe(`${stdout.trim().split('\n').slice(1).join('\n')}\n`);
  });

  test('a video on standard input', async () => {
    const options = ['-', '--stride', '4', '--format', 'png,json', '--out', 'piped', '--device', 'wasm'];
    const env = { TMPDIR: temporaryFolder() };
    const { code, stderr } = await fastsam(['segment', ...options], { cwd: folder, stdin: readFileSync(clip), env });
    expect(stderr).toMatch(/^stdin: 3 frames, .* -> piped.stdin\.mp4, piped.stdin\.jsonl$/m);
    expect(code).toBe(0);
    expect(probe(join(folder, 'piped', 'stdin.mp4'))).toMatchObject({ frames: 3 });
    const lines = readFileSync(join(folder, 'piped', 'stdin.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as ResultsJson).image.path)).toEqual([null, null, null]);
    expect(readdirSync(env.TMPDIR).filter((name) => name.startsWith('fastsam'))).toEqual([]);
  });

  test('an image and a video from a server', async () => {
    const server = createServer(({ url = '' }, response) => {
      response.end(readFileSync(join(folder, 'mixed', basename(new URL(url, 'http://host').pathname))));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const urls = ['coins.png?size=1', 'clip.mkv?key=a.b'].map((name) => `http://127.0.0.1:${port}/${name}`);
    const { code, stdout } = await fastsam(['segment', ...urls, '--max-frames', '2', '--json', '--device', 'wasm']);
    server.close();
    expect(code).toBe(0);
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ResultsJson);
    expect(records.map(({ image }) => image.path)).toEqual([urls[0], urls[1], urls[1]]);
    expect(new Set(records.map(({ masks }) => masks.length)).size).toBe(1);
  });

  test('a folder takes its videos along; a video is not drawn over', async () => {
    const { code, stderr } = await fastsam(['segment', 'mixed', '--max-frames', '1', '--device', 'wasm'], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/clip\.mkv: 1 frame,/);
    copyFileSync(clip, join(folder, 'mixed', 'own.mp4'));
    const { code: refused, stderr: reason } = await fastsam(['segment', 'mixed/own.mp4', '--out', 'mixed'], {
      cwd: folder,
    });
    expect(refused).toBe(2);
    expect(reason).toContain('is one of the videos');
  });
});
