/** Videos told from their first bytes: of the containers that ffmpeg writes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isVideoBytes } from '../../src/source/videoBytes.js';
import { repository } from '../support/paths.js';
import { ffmpeg, HAS_FFMPEG } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();

test.skipIf(!HAS_FFMPEG).each([
  ['mp4', 'mpeg4'],
  ['mov', 'mpeg4'],
  ['3gp', 'mpeg4'],
  ['mkv', 'ffv1'],
  ['webm', 'libvpx'],
  ['avi', 'mpeg4'],
  ['flv', 'flv1'],
  ['wmv', 'wmv2'],
  ['ogv', 'libtheora'],
  ['ts', 'mpeg2video'],
  ['m2ts', 'mpeg2video'],
  ['mpg', 'mpeg2video'],
  ['m2v', 'mpeg2video'],
  ['h264', 'libx264'],
  ['hevc', 'libx265'],
  ['y4m', 'wrapped_avframe'],
])('.%s is a video', (ending, codec) => {
  const path = join(folder, `clip.${ending}`);
  try {
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=s=64x48:r=25', '-frames:v', '9', '-pix_fmt', 'yuv420p', '-c:v', codec, path);
  } catch (error) {
    if (String(error).includes('Unknown encoder')) return; // an ffmpeg without some library
    throw error;
  }
  expect(isVideoBytes(readFileSync(path))).toBe(true);
  expect(isVideoBytes(readFileSync(path).subarray(0, 3))).toBe(false);
});

test('images, texts and nothing are none', () => {
  const images = repository('test/golden/images');
  const names = readdirSync(images).filter((name) => /\.(jpe?g|png|gif|webp|avif|tiff?|bmp)$/.test(name));
  expect(new Set(names.map((name) => name.split('.').at(-1))).size).toBeGreaterThan(4);
  for (const name of names) expect([name, isVideoBytes(readFileSync(join(images, name)))]).toEqual([name, false]);
  for (const text of ['', 'hello', '#EXTM3U\n', '<html>']) expect(isVideoBytes(Buffer.from(text))).toBe(false);
  const gif = Buffer.alloc(512, 'G'); // where a transport stream has its G, too
  gif.write('GIF89a');
  expect(isVideoBytes(gif)).toBe(false);
});
