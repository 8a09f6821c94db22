/** Videos read through ffmpeg: pixels, numbers and times, ends of every kind. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { openVideo } from '../../src/source/openVideo.js';
import type { VideoOptions } from '../../src/source/videoOptions.js';
import { decodeArgs } from '../../src/source/videoSource.js';
import { videoInput } from '../../src/source/inputs.js';
import type { Frame, VideoSource } from '../../src/source/types.js';
import { crc32 } from '../../src/weights/crc32.js';
import { childPrograms, ffmpeg, HAS_FFMPEG, losslessClip, probe } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { readGolden } from '../support/golden.js';

usePlatform(nodePlatform);

const GOLDEN = readGolden<{
  width: number;
  height: number;
  frames: { crc32: number; mean: number[] }[];
  /** Every so many rows and columns of frames in `formats`. */
  step: number;
  formats: Record<string, number[][]>;
}>('source/frames.json');

async function all(video: VideoSource): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of video) frames.push(frame);
  return frames;
}

function pixel({ data, width }: Frame['image'], x: number, y: number): number[] {
  return [...data.subarray(3 * (y * width + x)).subarray(0, 3)];
}

async function read(path: string, options?: VideoOptions): Promise<Frame[]> {
  return all(await openVideo(path, options));
}

describe.skipIf(!HAS_FFMPEG)('videos', () => {
  const folder = temporaryFolder();
  const clip = join(folder, 'clip.mkv');
  if (HAS_FFMPEG) losslessClip(clip, '161x91', 40);

  test('every pixel of an odd-sized clip is as OpenCV reads it', async () => {
    const video = await openVideo(clip);
    expect(video.info).toEqual({ width: GOLDEN.width, height: GOLDEN.height, fps: 25, frames: 40, duration: 1.6 });
    const frames = await all(video);
    expect(frames.map(({ image }) => crc32(image.data))).toEqual(GOLDEN.frames.map((frame) => frame.crc32));
    expect(frames.map(({ index }) => index)).toEqual(GOLDEN.frames.map((_, i) => i));
    for (const { index, time, image } of frames) {
      expect(time).toBeCloseTo(index / 25, 3);
      expect([image.width, image.height, image.path]).toEqual([161, 91, clip]);
    }
    expect(video.warnings).toEqual([]);
  });

  test('stride, start, end and the largest number choose frames; each is the one of its number', async () => {
    const cases: [VideoOptions, number[]][] = [
      [{ stride: 7 }, [0, 7, 14, 21, 28, 35]],
      [{ maxFrames: 3 }, [0, 1, 2]],
      [{ start: 0.5, end: 0.7 }, [13, 14, 15, 16, 17]],
      [{ start: 0.4, stride: 10 }, [10, 20, 30]],
      [{ end: 0.1 }, [0, 1, 2]],
      [{ start: 1.2, stride: 2, maxFrames: 4 }, [30, 32, 34, 36]],
      [{ start: 99 }, []],
    ];
    for (const [options, expected] of cases) {
      const frames = await read(clip, options);
      expect(frames.map(({ index }) => index)).toEqual(expected);
      for (const { image, index, time } of frames) {
        expect(crc32(image.data)).toBe(GOLDEN.frames[index].crc32);
        expect(time).toBeCloseTo(index / 25, 3);
      }
    }
  });

  test.each(Object.keys(GOLDEN.formats))('%s of an odd size, as OpenCV reads it', async (format) => {
    const path = join(folder, `${format}.mkv`);
    const source = 'testsrc2=s=322x242:r=25:alpha=128,format=bgra,crop=321:241:0:0';
    ffmpeg('-f', 'lavfi', '-i', source, '-frames:v', '2', '-pix_fmt', format, '-c:v', 'ffv1', '-g', '1', path);
    const { step } = GOLDEN;
    const frames = await read(path);
    const grids = frames.map(({ image }) => {
      const grid: number[] = [];
      for (let y = 0; y < image.height; y += step)
        for (let x = 0; x < image.width; x += step) grid.push(...pixel(image, x, y));
      return grid;
    });
    const expected = GOLDEN.formats[format];
    expect(grids).toBeAllclose(expected, { atol: 2 }); // 0 with ffmpeg 5.1
  });

  // ISO 14496-12: a pixel at (x, y) is shown at (a x + c y + tx, b x + d y + ty).
  test.each([
    [90, [0, 1, -1, 0]],
    [180, [-1, 0, 0, -1]],
    [270, [0, -1, 1, 0]],
  ])('a film that a phone has turned by %i degrees is shown upright', async (_, [a, b, c, d]) => {
    const [width, height] = [64, 32];
    const lying = join(folder, 'lying.mp4');
    ffmpeg('-f', 'lavfi', '-i', `testsrc=s=${width}x${height}:r=10:d=0.5`, '-pix_fmt', 'yuv420p', lying);
    const [{ image: plain }] = await read(lying);
    const bytes = readFileSync(lying);
    const matrix = bytes.indexOf('tkhd') + 44;
    [a, b, 0, c, d].forEach((value, i) => bytes.writeInt32BE(value * 0x10000, matrix + 4 * i));
    writeFileSync(lying, bytes);
    const video = await openVideo(lying);
    const [{ image: upright }] = await all(video);
    expect(upright).toMatchObject(a === 0 ? { width: height, height: width } : { width, height });
    expect(video.info).toMatchObject({ width: upright.width, height: upright.height });
    for (const [x, y] of [
      [5, 3],
      [60, 3],
      [40, 30],
    ]) {
      const u = a * x + c * y + (a + c < 0 ? upright.width - 1 : 0);
      const v = b * x + d * y + (b + d < 0 ? upright.height - 1 : 0);
      expect(pixel(upright, u, v)).toBeAllclose(pixel(plain, x, y), { atol: 8 });
    }
  });

  test('frames of a varying rate keep their own times, none is made up', async () => {
    const varying = join(folder, 'varying.mkv');
    const select = "select='not(eq(mod(n\\,4)\\,1))'";
    ffmpeg('-i', clip, '-vf', select, '-fps_mode', 'passthrough', '-c:v', 'ffv1', varying);
    const frames = await read(varying);
    const kept = GOLDEN.frames.map((_, i) => i).filter((i) => i % 4 !== 1);
    expect(frames.map(({ index }) => index)).toEqual(kept.map((_, i) => i));
    expect(frames.map(({ time = NaN }) => Math.round(time * 25))).toEqual(kept);
    expect(frames).toHaveLength(probe(varying).frames);
  });

  test.each(['-i.mkv', '-y', 'concat:a|b.mkv', 'http:x.mkv', 'a b\'"$(x).mkv', '%03d.mkv', 'pipe:1'])(
    'the name %s is only a name',
    async (name) => {
      copyFileSync(clip, join(folder, name));
      const before = process.cwd();
      process.chdir(folder);
      try {
        expect(await read(name, { maxFrames: 2 })).toHaveLength(2);
      } finally {
        process.chdir(before);
      }
    },
  );

  test('a playlist on the disk cannot call a server', async () => {
    let calls = 0;
    const server = createServer((_, response) => {
      calls++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const list = join(folder, 'list.m3u8');
    writeFileSync(
      list,
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:${port}/a.ts\n#EXT-X-ENDLIST\n`,
    );
    await expect(read(list)).rejects.toMatchObject({ code: 'INVALID_VIDEO' });
    expect(calls).toBe(0);
    server.close();
  });

  test('a video from a server', async () => {
    const bytes = readFileSync(clip);
    const server = createServer((_, response) => response.end(bytes));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const frames = await read(`http://127.0.0.1:${port}/clip.mkv`);
    expect(frames.map(({ image }) => crc32(image.data))).toEqual(GOLDEN.frames.map((frame) => frame.crc32));
    server.close();
  });

  test('a file that is cut off gives its frames and a warning', async () => {
    const cut = join(folder, 'cut.mp4');
    ffmpeg('-i', clip, '-c:v', 'libx264', '-pix_fmt', 'yuv444p', '-g', '5', '-movflags', '+faststart', cut);
    truncateSync(cut, readFileSync(cut).length >> 1);
    const video = await openVideo(cut);
    const frames = await all(video);
    expect(frames.length).toBeGreaterThan(5);
    expect(frames.length).toBeLessThan(40);
    expect(video.warnings.length).toBeGreaterThan(0);
  });

  test('what is no video is refused in one line', async () => {
    const text = join(folder, 'text.mp4');
    writeFileSync(text, 'no video');
    await expect(openVideo(text)).rejects.toMatchObject({
      code: 'INVALID_VIDEO',
      message: expect.stringMatching(/^[^\n]*text\.mp4: cannot be read as a video \([^\n]+\)$/) as string,
    });
    const zero = join(folder, 'zero.mp4');
    writeFileSync(zero, '');
    await expect(openVideo(zero)).rejects.toMatchObject({ code: 'INVALID_VIDEO' });
    await expect(openVideo(folder)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    const sound = join(folder, 'sound.mkv');
    ffmpeg('-f', 'lavfi', '-i', 'sine=d=0.1', '-c:a', 'pcm_s16le', sound);
    await expect(openVideo(sound)).rejects.toThrow(/sound\.mkv: has no images/);
    await expect(openVideo(join(folder, 'none.mp4'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(openVideo(clip, { stride: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(openVideo(clip, { start: 2, end: 1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(openVideo('')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('a codec that ffmpeg does not know, and a file without one whole frame, are one clear error', async () => {
    const whole = join(folder, 'whole.mp4');
    ffmpeg('-i', clip, '-frames:v', '5', '-c:v', 'mpeg4', '-movflags', '+faststart', whole);
    const bytes = readFileSync(whole);
    const unknown = join(folder, 'unknown.mp4');
    writeFileSync(unknown, bytes.toString('latin1').replaceAll('mp4v', 'xyzv').replaceAll('esds', 'free'), 'latin1');
    await expect(read(unknown)).rejects.toMatchObject({
      code: 'INVALID_VIDEO',
      message: expect.stringMatching(/unknown\.mp4: ffmpeg gave no frame: .*[Dd]ecod/) as string,
    });
    const cut = join(folder, 'nothing.mp4');
    writeFileSync(cut, bytes.subarray(0, bytes.lastIndexOf('mdat') + 4));
    await expect(read(cut)).rejects.toMatchObject({
      code: 'INVALID_VIDEO',
      message: expect.stringMatching(/nothing\.mp4: [^\n]+$/) as string,
    });
  });

  describe('ends', () => {
    const long = join(folder, 'long.mkv');
    if (HAS_FFMPEG) losslessClip(long, '64x48', 3000);

    afterEach(() => {
      expect(childPrograms()).toEqual([]);
    });

    test('leaving the loop ends ffmpeg; a video is read once', async () => {
      const video = await openVideo(long);
      for await (const { index } of video) {
        expect(childPrograms()).toHaveLength(1);
        if (index === 3) break;
      }
      expect(childPrograms()).toEqual([]);
      await expect(all(video)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      await video.close();
    });

    test('the signal ends it at once, while the loop waits or works', async () => {
      const controller = new AbortController();
      const video = await openVideo(long, { signal: controller.signal });
      const seen: number[] = [];
      const loop = (async () => {
        for await (const { index } of video) {
          seen.push(index);
          if (index === 2) controller.abort();
        }
      })();
      await expect(loop).rejects.toMatchObject({ code: 'ABORTED' });
      expect(seen).toEqual([0, 1, 2]);
    });

    test('ffmpeg that dies is one clear error, after the frames before', async () => {
      const video = await openVideo(long);
      let count = 0;
      const loop = (async () => {
        for await (const frame of video) {
          expect(frame.index).toBe(count++);
          if (count === 5) execFileSync('pkill', ['-9', '-P', String(process.pid), '-x', 'ffmpeg']);
        }
      })();
      await expect(loop).rejects.toMatchObject({
        code: 'INVALID_VIDEO',
        message: expect.stringMatching(/long\.mkv: ffmpeg stopped after \d+ frames: /) as string,
      });
      await expect(loop).rejects.toThrow(/it was killed$/);
      expect(count).toBeGreaterThanOrEqual(5);
      expect(count).toBeLessThan(3000);
    });

    test('twelve at once with one signal, without a warning of Node', async () => {
      const warned = vi.spyOn(process, 'emitWarning');
      const { signal } = new AbortController();
      const one = async () => (await read(clip, { signal, maxFrames: 3 })).length;
      expect(await Promise.all(Array.from({ length: 12 }, one))).toEqual(new Array(12).fill(3));
      expect(warned).not.toHaveBeenCalled();
      warned.mockRestore();
    });

    test('a slow reader holds ffmpeg back, and memory stays flat over 3,000 frames', async () => {
      globalThis.gc?.();
      const before = process.memoryUsage();
      let most = 0;
      let count = 0;
      for await (const { image } of await openVideo(long)) {
        if (count === 0) await new Promise((resolve) => setTimeout(resolve, 300));
        most = Math.max(most, process.memoryUsage().arrayBuffers);
        expect(image.data).toHaveLength(64 * 48 * 3);
        count++;
      }
      expect(count).toBe(3000);
      // All frames together are 27.6 MB; garbage that is not collected yet counts too.
      expect(most - before.arrayBuffers).toBeLessThan(20e6);
    });

    test('frames that nobody was ready for are left out where that is asked', async () => {
      const video = await openVideo(long, { drop: true, ahead: 2 });
      const seen: number[] = [];
      for await (const { index } of video) {
        if (seen.length < 5) await new Promise((resolve) => setTimeout(resolve, 40));
        seen.push(index);
        if (seen.length === 8) break;
      }
      expect(seen[7]).toBeGreaterThan(7);
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    });
  });

  describe('without ffmpeg', () => {
    afterEach(() => {
      vi.unstubAllEnvs();
      usePlatform(nodePlatform);
    });

    test('the message says how to get one', async () => {
      vi.stubEnv('PATH', '/nonexistent');
      await expect(openVideo(clip)).rejects.toMatchObject({
        code: 'PROGRAM_MISSING',
        message: expect.stringMatching(/apt install ffmpeg.*brew.*choco.*FASTSAM_FFMPEG/) as string,
      });
    });

    test('FASTSAM_FFMPEG names one, and is named when it is wrong', async () => {
      vi.stubEnv('FASTSAM_FFMPEG', '/nonexistent/ffmpeg');
      await expect(openVideo(clip)).rejects.toMatchObject({
        code: 'PROGRAM_MISSING',
        message: expect.stringContaining('FASTSAM_FFMPEG is /nonexistent/ffmpeg') as string,
      });
      vi.stubEnv('FASTSAM_FFMPEG', execFileSync('which', ['ffmpeg']).toString().trim());
      expect(await read(clip, { maxFrames: 1 })).toHaveLength(1);
    });

    test('browsers are told so', async () => {
      usePlatform({ ...nodePlatform, programs: undefined });
      await expect(openVideo(clip)).rejects.toMatchObject({ code: 'PROGRAM_MISSING' });
    });
  });
});

describe('arguments', () => {
  afterEach(() => {
    usePlatform(nodePlatform);
  });

  test.each([
    ['linux', 'camera:0', ['-f', 'v4l2', '-i', '/dev/video0']],
    ['linux', '/dev/video3', ['-f', 'v4l2', '-i', '/dev/video3']],
    ['darwin', 'camera:1', ['-f', 'avfoundation', '-framerate', '30', '-i', '1:none']],
    ['win32', 'camera:Front Cam', ['-f', 'dshow', '-i', 'video=Front Cam']],
  ])('on %s, %s', async (os, name, args) => {
    usePlatform({ ...nodePlatform, os });
    expect(await videoInput(name)).toMatchObject({ kind: 'camera', args, live: true });
  });

  test('streams: no file of this machine, no password in messages, old and new ffmpeg', async () => {
    const input = await videoInput('rtsp://user:secret@host/live');
    expect(input).toMatchObject({ kind: 'network', name: 'rtsp://host/live', live: true });
    expect(input.args).toContain('tcp');
    expect(input.args[1].split(',')).not.toContain('file');
    const info = { width: 4, height: 2, fps: 25 };
    expect(decodeArgs(input, { info, hasFpsMode: true }, {})).toContain('-fps_mode');
    expect(decodeArgs(input, { info, hasFpsMode: false }, {})).toContain('-vsync');
  });
});
