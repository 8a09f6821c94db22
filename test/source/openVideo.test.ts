/** Videos read through ffmpeg: pixels, numbers and times, ends of every kind. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { decodeArgs, openVideo, type VideoOptions } from '../../src/source/openVideo.js';
import { videoInput } from '../../src/source/inputs.js';
import type { Frame, VideoSource } from '../../src/source/types.js';
import { crc32 } from '../../src/weights/crc32.js';
import { childPrograms, clipFolder, ffmpeg, HAS_FFMPEG, losslessClip, probe } from './clips.js';

usePlatform(nodePlatform);

const GOLDEN = JSON.parse(readFileSync(new URL('../golden/source/frames.json', import.meta.url), 'utf8')) as {
  width: number;
  height: number;
  frames: { crc32: number; mean: number[] }[];
};

async function all(video: VideoSource): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of video) frames.push(frame);
  return frames;
}

async function read(path: string, options?: VideoOptions): Promise<Frame[]> {
  return all(await openVideo(path, options));
}

describe.skipIf(!HAS_FFMPEG)('videos', () => {
  const folder = clipFolder();
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

  test('a film that lies on its side is shown upright', async () => {
    const lying = join(folder, 'lying.mp4');
    const turned = join(folder, 'turned.mp4');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=s=64x32:r=10:d=0.5', '-pix_fmt', 'yuv420p', lying);
    ffmpeg('-i', lying, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', turned);
    const [plain] = await read(lying);
    const [upright] = await read(turned);
    expect([upright.image.width, upright.image.height]).toEqual([32, 64]);
    const at = ({ image }: Frame, x: number, y: number) => [
      ...image.data.subarray(3 * (y * image.width + x)).slice(0, 3),
    ];
    // A quarter turn clockwise or the other way, whichever the note means to ffmpeg: pixels are moved, not changed.
    const clockwise = at(plain, 5, 3).every((v, c) => Math.abs(v - at(upright, 32 - 1 - 3, 5)[c]) < 3);
    const counter = at(plain, 5, 3).every((v, c) => Math.abs(v - at(upright, 3, 64 - 1 - 5)[c]) < 3);
    expect(clockwise || counter).toBe(true);
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
    await expect(openVideo(join(folder, 'none.mp4'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(openVideo(clip, { stride: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(openVideo(clip, { start: 2, end: 1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(openVideo('')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
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
      expect(count).toBeGreaterThanOrEqual(5);
      expect(count).toBeLessThan(3000);
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
