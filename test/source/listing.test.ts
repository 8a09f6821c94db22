/** Names of files and addresses, and what a folder holds. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyOf, keyOfPath } from '../../src/batch/names.js';
import { expandSources } from '../../src/cli/sources.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { isVideoName } from '../../src/source/inputs.js';
import { describePassedOver, listImages } from '../../src/source/listing.js';
import { compareNaturally } from '../../src/source/naturalOrder.js';
import { openVideo } from '../../src/source/openVideo.js';
import { readImage } from '../../src/source/readImage.js';
import { isUrl, schemeOf } from '../../src/source/url.js';
import { goldenPath } from '../support/golden.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const JPEG = goldenPath('images/444.jpg');
const before = process.cwd();
const signal = new AbortController().signal;

/** Legal names that look like something else. */
const ODD = [
  'camera:0.jpg', 'data:x.jpg', 'data:image,x.jpg', 'file:x.jpg', 'http:x.jpg', 'cam:100%.jpg', 'a:b.jpg', 'img-09:10:10.jpg',
  '-dash.jpg', 'q?x#y.jpg', '%E0%A4%A.jpg', 'line\nbreak.jpg', 'back\\slash.jpg', `${'x'.repeat(251)}.jpg`, `${'狗'.repeat(82)}.jpg`,
  '[x].jpg', 'blob:x.jpg', 'https:y.jpg',
]; // prettier-ignore

function make(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

beforeAll(() => {
  usePlatform(nodePlatform);
});
afterAll(() => {
  process.chdir(before);
});

describe('addresses', () => {
  test.each([
    ['https://h/x.jpg', 'https'], ['RTSP://h', 'rtsp'], ['srt://h:1', 'srt'], ['file:///x.jpg', 'file'],
    ['data:image/png;base64,AA', 'data'], ['data:,x', 'data'], ['data:;base64,AA', 'data'], ['blob:https://h/1', 'blob'],
    ['http://[bad', 'http'],
  ])('%s has the scheme %s', (text, scheme) => {
    expect(schemeOf(text)).toBe(scheme);
  }); // prettier-ignore

  test.each([
    ...ODD,
    'C:\\x.jpg',
    'c:/x.jpg',
    'x.jpg',
    'camera:0',
    'gopher://h/x.jpg',
    'mailto:a@b',
    'http:/x.jpg',
    '',
  ])('%j is none', (text) => {
    expect(isUrl(text)).toBe(false);
  });

  test('only what is an address is named like one in a batch', async () => {
    expect(await keyOf('https://h.org/a%20b.jpg')).toBe('h.org/a b.jpg');
    expect(await keyOf('https://h.org/%E0%A4%A.jpg')).toBe('h.org/%E0%A4%A.jpg');
    expect(await keyOf('http://[bad/x.jpg')).toBe('http:/[bad/x.jpg');
    expect(await keyOf('data:image/png;base64,AAAA')).toMatch(/^data-[0-9a-f]{8}$/);
    for (const name of ODD) expect(await keyOf(name)).toBe(name);
    expect(keyOfPath('https://h/x.jpg')).toBe('https:/h/x.jpg');
  });

  test('videos by their names', () => {
    const videos = ['a.VOB', 'b.y4m', 'c.h264', 'd.mjpeg', 'https://h/e.mp4?x=1', 'https://h/f.m3u8', 'camera:0'];
    expect(videos.filter((name) => !isVideoName(name))).toEqual([]);
    expect(['a.gif', 'b.m3u8', 'data:video/mp4,x.mp4', 'https://h/x', './camera:0.jpg'].filter(isVideoName)).toEqual(
      [],
    );
  });
});

describe('a folder', () => {
  test('with names that look like something else: each is read', async () => {
    const odd = make('odd');
    for (const name of ODD) copyFileSync(JPEG, join(odd, name));
    process.chdir(odd);
    const { images, passedOver } = await listImages('.');
    expect(images.map((path) => basename(path)).sort()).toEqual([...ODD].sort());
    expect(passedOver).toEqual([]);
    for (const path of images) expect((await readImage(path)).width).toBe(37);
    // As arguments and entries of a list, too: what lies there goes first.
    const { sources } = await expandSources(ODD, signal);
    expect(sources.map(({ input }) => basename(String(input)))).toEqual(ODD);
    for (const { input, video } of sources) expect([video, (await readImage(input)).width]).toEqual([undefined, 37]);
    const lines = ODD.filter((name) => !name.includes('\n'));
    writeFileSync('list.txt', lines.join('\n'));
    const listed = await expandSources(['list.txt'], signal);
    for (const { input } of listed.sources) expect((await readImage(input)).width).toBe(37);
    process.chdir(before);
  });

  test('in natural order, as frames are numbered', async () => {
    const names = ['1', '2', '9', '10', '11', 'a1b10', 'a1b9', 'a01b10', '7', '007', '00000000000000000000012'];
    const sorted = [...names].sort(compareNaturally);
    expect(sorted).toEqual([
      '1',
      '2',
      '007',
      '7',
      '9',
      '10',
      '11',
      '00000000000000000000012',
      'a1b9',
      'a01b10',
      'a1b10',
    ]);
    expect(['10.jpg', '9.jpg', '1.jpg', '100.jpg'].sort(compareNaturally)).toEqual([
      '1.jpg',
      '9.jpg',
      '10.jpg',
      '100.jpg',
    ]);
    expect(['s2/1.jpg', 's10/1.jpg', 's1/20.jpg', 's1/3.jpg'].sort(compareNaturally)).toEqual([
      's1/3.jpg',
      's1/20.jpg',
      's2/1.jpg',
      's10/1.jpg',
    ]);
    expect(['v1.10.png', 'v1.9.png', 'V1.1.png'].sort(compareNaturally)).toEqual(['V1.1.png', 'v1.9.png', 'v1.10.png']);
    const frames = make('frames');
    for (let i = 12; i > 0; i--) copyFileSync(JPEG, join(frames, `${i}.jpg`));
    const { sources } = await expandSources([frames], signal);
    expect(sources.map(({ name }) => basename(name, '.jpg'))).toEqual(
      Array.from({ length: 12 }, (_, i) => String(i + 1)),
    );
    const globbed = await expandSources([join(frames, '*.jpg')], signal);
    expect(globbed.sources).toEqual(sources);
  });

  test('with images that are not read: they are counted by kind', async () => {
    const mixed = make('mixed');
    for (const name of ['a.jpg', 'b.MPO', 'c.jfif', 'noending', '._a.jpg', '.hidden.jpg'])
      copyFileSync(JPEG, join(mixed, name));
    for (const name of ['1.HEIC', '2.heif', 'x.jp2', 'y.CR2', 'notes.txt', '.DS_Store', 'thumbs.db', 'none'])
      writeFileSync(join(mixed, name), 'x');
    writeFileSync(join(mixed, 'renamed.dat'), Buffer.from('\0\0\0\x20ftypheic\0\0\0\0mif1heic', 'latin1'));
    writeFileSync(join(mixed, 'j2k'), Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1'));
    const { images, passedOver } = await listImages(mixed);
    expect(images.map((path) => basename(path))).toEqual(['a.jpg', 'b.MPO', 'c.jfif']);
    expect(Object.fromEntries(passedOver.map(({ kind, count }) => [kind, count]))).toEqual({
      'companion of macOS (._)': 1,
      HEIC: 3,
      'JPEG 2000': 2,
      'JPEG without its ending': 1,
      raw: 1,
    });
    const line = describePassedOver(mixed, passedOver) ?? '';
    expect(line).toContain('3 HEIC (');
    expect(line).toMatch(/; convert them to JPEG or PNG; give them their ending$/);
    expect(line.split('\n')).toHaveLength(1);
    expect((await expandSources([mixed], signal)).notes).toEqual([line]);
    expect(describePassedOver(mixed, [])).toBeUndefined();
  });

  test('of such images only: the error names them', async () => {
    const only = make('only');
    writeFileSync(join(only, 'IMG_1.HEIC'), 'x');
    const { sources, problems } = await expandSources([only], signal);
    expect(sources).toEqual([]);
    expect(problems[0].message).toContain('no image or video there that is read: ');
    expect(problems[0].message).toContain('1 HEIC (');
  });

  test('whose links lead up, and whose names have line breaks: each file once', async () => {
    const deep = make('deep');
    for (const name of ['a\nb/c', 'd']) mkdirSync(join(deep, name), { recursive: true });
    for (const name of ['1.jpg', 'a\nb/2.jpg', 'a\nb/c/3.jpg', 'd/4.jpg']) copyFileSync(JPEG, join(deep, name));
    symlinkSync(deep, join(deep, 'self'));
    symlinkSync('..', join(deep, 'd', 'up'));
    symlinkSync('../..', join(deep, 'd', 'further'));
    symlinkSync('d', join(deep, 'copy'));
    symlinkSync('nowhere.jpg', join(deep, 'broken.jpg'));
    const { images } = await listImages(deep, { deep: true });
    expect(images.map((path) => path.slice(deep.length + 1)).sort()).toEqual(
      ['1.jpg', 'a\nb/2.jpg', 'a\nb/c/3.jpg', 'broken.jpg', 'd/4.jpg'].sort(),
    );
    const globbed = await expandSources([`${deep}/**/*.jpg`], signal);
    const real = globbed.sources.flatMap(({ name }) => (name.endsWith('broken.jpg') ? [] : [realpathSync(name)]));
    expect(new Set(real).size).toBe(real.length);
  });
});

test('the files of a list are looked into one after another, however many there are', async () => {
  const list = join(folder, 'many.txt');
  writeFileSync(list, ['1', '2', '3'].map((name) => `nameless-${name}\n`).join(''));
  for (const name of ['1', '2', '3']) writeFileSync(join(folder, `nameless-${name}`), '');
  let open = 0;
  let most = 0;
  usePlatform({
    ...nodePlatform,
    readStart: async (path, length) => {
      most = Math.max(most, ++open);
      const head = (await nodePlatform.readStart?.(path, length)) ?? new Uint8Array(0);
      open--;
      return head;
    },
  });
  expect((await expandSources([list], signal)).sources).toHaveLength(3);
  usePlatform(nodePlatform);
  expect(most).toBe(1);
});

describe('only regular files are read, and nothing waits', () => {
  test('pipes, links to them, devices and folders', async () => {
    const odd = make('special');
    execFileSync('mkfifo', [join(odd, 'pipe')]);
    symlinkSync(join(odd, 'pipe'), join(odd, 'pipe.jpg'));
    symlinkSync(join(odd, 'pipe'), join(odd, 'pipe.mp4'));
    symlinkSync('/dev/zero', join(odd, 'zero.png'));
    for (const name of ['pipe', 'pipe.jpg', 'zero.png']) {
      await expect(readImage(join(odd, name)), name).rejects.toMatchObject({
        code: 'FILE_UNREADABLE',
        message: expect.stringMatching(/: it is a pipe, a socket or a device, expected a file; /) as string,
      });
    }
    await expect(readImage(pathToFileURL(join(odd, 'pipe.jpg')))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(openVideo(join(odd, 'pipe.mp4'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(readImage(odd)).rejects.toThrow(/EISDIR, it is a folder/);
    const { sources } = await expandSources([odd], signal);
    expect(sources).toHaveLength(3);
  });
});
