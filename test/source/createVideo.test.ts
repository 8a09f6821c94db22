/** Videos written through ffmpeg. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RgbImage } from '../../src/image/rgbImage.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { createVideo } from '../../src/source/createVideo.js';
import { openVideo } from '../../src/source/openVideo.js';
import { childPrograms, HAS_FFMPEG, probe } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

usePlatform(nodePlatform);

/** A plain image: the colours must come back. */
function plain(width: number, height: number, colour: readonly number[]): RgbImage {
  const data = new Uint8Array(width * height * 3).map((_, i) => colour[i % 3]);
  return { data, width, height };
}

const COLOURS = [
  [200, 40, 60],
  [20, 180, 90],
  [30, 60, 210],
];

describe.skipIf(!HAS_FFMPEG)('createVideo', () => {
  const folder = temporaryFolder();

  afterEach(() => {
    vi.unstubAllEnvs();
    expect(childPrograms()).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test.each([
    ['mp4', 'h264', [64, 48]],
    ['mkv', 'h264', [64, 48]],
    ['webm', 'vp9', [64, 48]],
    ['gif', 'gif', [63, 47]],
  ])('a .%s of an odd size', async (ending, codec, [width, height]) => {
    const path = join(folder, `-odd.${ending}`);
    const sink = await createVideo(path, { width: 63, height: 47, fps: 10 });
    for (let i = 0; i < 12; i++) await sink.write(plain(63, 47, COLOURS[i >> 2]));
    expect(readdirSync(folder)).not.toContain(`-odd.${ending}`);
    await sink.finish();
    await sink.discard();
    expect(probe(path)).toEqual({ codec, width, height, frames: 12 });
    for await (const { image, index } of await openVideo(path)) {
      const last = image.data.subarray(-3);
      const first = image.data.subarray(0, 3);
      for (const pixel of [first, last]) expect(pixel).toBeAllclose(COLOURS[index >> 2], { atol: 7 });
    }
  });

  test('discarded, aborted or empty, it leaves nothing', async () => {
    const given = { width: 16, height: 16, fps: 25 };
    const one = await createVideo(join(folder, 'no.mp4'), given);
    await one.write(plain(16, 16, COLOURS[0]));
    await one.discard();
    await one.discard();
    await expect(one.write(plain(16, 16, COLOURS[0]))).rejects.toMatchObject({ code: 'DISPOSED' });
    const controller = new AbortController();
    const two = await createVideo(join(folder, 'no.mp4'), { ...given, signal: controller.signal });
    await two.write(plain(16, 16, COLOURS[0]));
    controller.abort();
    await expect(two.finish()).rejects.toMatchObject({ code: 'ABORTED' });
    await two.discard();
    const three = await createVideo(join(folder, 'no.mp4'), given);
    await expect(three.finish()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(readdirSync(folder)).not.toContain('no.mp4');
  });

  test('wrong calls', async () => {
    const given = { width: 16, height: 16, fps: 25 };
    await expect(createVideo('a.txt', given)).rejects.toThrow(/expected an ending of \.mp4/);
    await expect(createVideo('a.mp4', { ...given, fps: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(createVideo('a.mp4', { ...given, width: 1.5 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const sink = await createVideo(join(folder, 'size.mp4'), given);
    await sink.write(plain(16, 16, COLOURS[0]));
    await expect(sink.write(plain(18, 16, COLOURS[0]))).rejects.toThrow(/18 x 16, expected 16 x 16/);
    await sink.discard();
  });

  test('a folder that cannot be made: one clear error', async () => {
    writeFileSync(join(folder, 'file'), '');
    const writeAll = async () => {
      const sink = await createVideo(join(folder, 'file', 'a.mp4'), { width: 64, height: 64, fps: 25 });
      for (let i = 0; i < 50; i++) await sink.write(plain(64, 64, COLOURS[0]));
      await sink.finish();
    };
    await expect(writeAll()).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });

  test('ffmpeg that is killed, and a disk that is full, are one clear error and leave nothing', async () => {
    const noise = { width: 160, height: 120, data: new Uint8Array(160 * 120 * 3).map(() => Math.random() * 256) };
    const path = join(folder, 'broken.mp4');
    const write = async (frames: number, after: (count: number) => void) => {
      const sink = await createVideo(path, { width: 160, height: 120, fps: 25 });
      for (let count = 1; count <= frames; count++) {
        await sink.write(noise);
        after(count);
      }
      await sink.finish();
    };
    const kill = (count: number) => {
      if (count === 5) execFileSync('pkill', ['-9', '-P', String(process.pid), '-x', 'ffmpeg']);
    };
    await expect(write(500, kill)).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: `cannot write ${path}: ffmpeg stopped: it was killed`,
    });
    // A limit for the size of files stands for a disk that is full: the system's answer to writing is alike.
    const wrapper = join(folder, 'ffmpeg-limited');
    const real = execFileSync('which', ['ffmpeg']).toString().trim();
    writeFileSync(wrapper, `#!/bin/sh\ntrap '' XFSZ\nulimit -f 8\nexec ${real} "$@"\n`);
    chmodSync(wrapper, 0o755);
    vi.stubEnv('FASTSAM_FFMPEG', wrapper);
    for (const frames of [3, 200]) {
      await expect(write(frames, () => undefined)).rejects.toMatchObject({
        code: 'WRITE_FAILED',
        message: expect.stringMatching(/broken\.mp4: ffmpeg stopped: [^\n]*File too large$/) as string,
      });
    }
    expect(readdirSync(folder)).not.toContain('broken.mp4');
  });

  test('without libx264 another encoder takes its place and says so', async () => {
    const real = execFileSync('which', ['ffmpeg']).toString().trim();
    const wrapper = join(folder, 'ffmpeg-without');
    const list = ' V.S... mpeg4   MPEG-4 part 2';
    writeFileSync(wrapper, `#!/bin/sh\ncase "$*" in *-encoders*) echo '${list}';; *) exec ${real} "$@";; esac\n`);
    chmodSync(wrapper, 0o755);
    vi.stubEnv('FASTSAM_FFMPEG', wrapper);
    const path = join(folder, 'fallback.mp4');
    const sink = await createVideo(path, { width: 16, height: 16, fps: 25 });
    expect(sink.note).toMatch(/lacks libx264.*mpeg4/);
    for (let i = 0; i < 3; i++) await sink.write(plain(16, 16, COLOURS[0]));
    await sink.finish();
    expect(probe(path)).toMatchObject({ codec: 'mpeg4', frames: 3 });
    await expect(createVideo(join(folder, 'a.webm'), { width: 16, height: 16, fps: 25 })).rejects.toMatchObject({
      code: 'PROGRAM_MISSING',
    });
  });
});
