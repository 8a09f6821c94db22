/** Videos that their names do not tell, animated images, playlists, and frames that are too large. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { expandSources } from '../../src/cli/sources.js';
import { openFrames } from '../../src/cli/track/frameSource.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { openVideo } from '../../src/source/openVideo.js';
import type { VideoOptions } from '../../src/source/videoOptions.js';
import { readImage } from '../../src/source/readImage.js';
import { ffmpeg, HAS_FFMPEG, probe } from '../support/ffmpeg.js';
import { goldenPath } from '../support/golden.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const signal = new AbortController().signal;

beforeAll(() => {
  usePlatform(nodePlatform);
});

async function countFrames(path: string, options: VideoOptions = {}): Promise<number> {
  let count = 0;
  for await (const { image } of await openVideo(path, options)) count += image.width > 0 ? 1 : 0;
  return count;
}

describe.runIf(HAS_FFMPEG)('frames are as many as ffprobe counts', () => {
  const CLIPS = ['vob', 'y4m', 'h264', 'mjpeg', 'ivf', 'gif', 'apng', 'mpg', 'ts', 'nut'];
  const CODEC: Readonly<Record<string, readonly string[]>> = { ivf: ['-c:v', 'libvpx'], apng: ['-f', 'apng'] };
  beforeAll(() => {
    for (const ending of CLIPS) {
      const pixels = ending === 'gif' || ending === 'apng' ? 'rgb24' : 'yuv420p';
      const format = pixels === 'rgb24' && ending === 'gif' ? [] : ['-pix_fmt', pixels];
      ffmpeg(
        '-f',
        'lavfi',
        '-i',
        'testsrc=s=64x48:r=25',
        '-frames:v',
        '11',
        ...format,
        ...(CODEC[ending] ?? []),
        at(`clip.${ending}`),
      );
    }
  });

  test.each(CLIPS)('.%s, with its ending and without', async (ending) => {
    const path = at(`clip.${ending}`);
    expect(probe(path).frames).toBe(11);
    expect(await countFrames(path)).toBe(11);
    const bare = at(`bare-${ending}`);
    copyFileSync(path, bare);
    const clip = await openFrames(bare, {}, signal);
    let count = 0;
    for await (const frame of clip.frames) count += frame ? 1 : 0;
    expect(count).toBe(11);
  });

  test('segment takes videos by their bytes, animated images as images', async () => {
    const { sources } = await expandSources(
      ['h264', 'ts', 'vob', 'gif', 'apng'].map((ending) => at(`bare-${ending}`)),
      signal,
    );
    expect(sources.map(({ video }) => video ?? false)).toEqual([true, true, true, false, false]);
    expect((await readImage(at('clip.gif'))).frames).toBe(11);
    expect((await readImage(at('clip.apng'))).frames).toBe(11);
    expect((await readImage(at('clip.mjpeg'))).frames).toBe(11);
  });

  test('playlists on the disk open nothing else, whatever they are called', async () => {
    copyFileSync(at('clip.ts'), at('private.ts'));
    const lists = {
      'hls.mp4': '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nprivate.ts\n#EXT-X-ENDLIST\n',
      'concat.mkv': 'ffconcat version 1.0\nfile private.ts\n',
      'dash.mp4': '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>private.ts</BaseURL></MPD>',
    };
    for (const [name, text] of Object.entries(lists)) {
      writeFileSync(at(name), text);
      await expect(openVideo(at(name)), name).rejects.toMatchObject({
        code: 'INVALID_VIDEO',
        message: expect.stringMatching(/is a playlist, which could name any file of this machine; [^\n]*$/) as string,
      });
    }
    // Further down in the file, where only ffmpeg finds them.
    writeFileSync(at('late.m3u8'), `${' '.repeat(600)}\n${lists['hls.mp4']}`);
    writeFileSync(
      at('sdp.mp4'),
      'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n',
    );
    for (const name of ['late.m3u8', 'sdp.mp4']) {
      await expect(openVideo(at(name)), name).rejects.toMatchObject({ code: 'INVALID_VIDEO' });
    }
  });

  test('larger frames than allowed are refused before one is read, and the advice works', async () => {
    const path = at('clip.ts');
    await expect(openVideo(path, { maxPixels: 64 * 48 - 1 })).rejects.toMatchObject({
      code: 'INVALID_VIDEO',
      message: expect.stringMatching(
        /got frames of 64 x 48 pixels, expected at most 3071 pixels in all; .*raise maxPixels \(--max-pixels\)$/,
      ) as string,
    });
    expect(await countFrames(path, { maxPixels: 64 * 48 })).toBe(11);
  });
});

describe('animated WebP, stacks and still images as clips', () => {
  test.each([
    ['animated.webp', 2],
    ['pages.tif', 2],
    ['rgb.png', 1],
    ['444.jpg', 1],
    ['still.gif', 1],
  ] as const)('%s: %i', async (name, frames) => {
    const path = goldenPath(`images/${name}`);
    if (!name.endsWith('.gif') || HAS_FFMPEG) expect(await countFrames(path)).toBe(frames);
    const { frames: held } = await readImage(path);
    expect(held ?? 1).toBe(frames);
  });

  test('each page is another image, with its time; stride, start, end and most frames hold', async () => {
    const path = goldenPath('images/animated.webp');
    const seen: [number, number | undefined, number][] = [];
    for await (const { index, time, image } of await openVideo(path)) seen.push([index, time, image.data[0]]);
    expect(seen.map(([index, time]) => [index, time])).toEqual([
      [0, 0],
      [1, 0.1],
    ]);
    expect(seen[0][2]).toBe(255 - seen[1][2]);
    expect(await countFrames(path, { stride: 2 })).toBe(1);
    expect(await countFrames(path, { start: 0.05 })).toBe(1);
    expect(await countFrames(path, { end: 0.1 })).toBe(1);
    expect(await countFrames(path, { maxFrames: 1 })).toBe(1);
  });

  test('a page that is not there, and a format without pages', async () => {
    await expect(readImage(goldenPath('images/pages.tif'), { page: 2 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(readImage(goldenPath('images/rgb.png'), { page: 1 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  test('a JPEG after a JPEG is counted; a thumbnail inside one is not', async () => {
    const jpeg = readFileSync(goldenPath('images/444.jpg'));
    expect((await readImage(Buffer.concat([jpeg, jpeg, jpeg]))).frames).toBe(3);
    const segment = Buffer.concat([Buffer.from([0xff, 0xe1, (jpeg.length + 2) >> 8, (jpeg.length + 2) & 255]), jpeg]);
    expect((await readImage(Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]))).frames).toBeUndefined();
  });
});
