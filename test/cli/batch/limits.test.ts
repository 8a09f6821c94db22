/** Images that never answer, signals, and what a resumed run finds: the command line with a server that hangs. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FastSAM } from '../../../src/index.js';
import { writeBatch } from '../../../src/batch/writeBatch.js';
import { fastsam, fastsamHere } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';
import { batch, contents, failures, FAST, makePipeImage, makeImages, noProc, ofImages, recorded } from './folder.js';

vi.setConfig({ testTimeout: 180_000 });
const folder = temporaryFolder();
const inputs = join(folder, 'in');
const KEYS = ['a.jpg', 'b.jpg', 'c/d.jpg', 'c/e.jpg', 'f.jpg', 'g.jpg'];
let server: Server;
let hanging = '';

beforeAll(async () => {
  await makeImages(inputs, KEYS);
  // One address sends nothing, another one a byte a second.
  server = createServer((request, response) => {
    if (request.url !== '/drip.jpg') return;
    response.writeHead(200, { 'content-type': 'image/jpeg' });
    const drip = setInterval(() => response.write('x'), 1000);
    response.on('close', () => {
      clearInterval(drip);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hanging = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('an image that never answers', () => {
  test('ends its worker; it is named, and the others are done', async () => {
    const out = join(folder, 'hanging');
    const { code, stderr } = await batch([
      `${hanging}/never.jpg`,
      `${hanging}/drip.jpg`,
      inputs,
      '--out',
      out,
      '--image-timeout',
      '3',
      '--workers',
      '2',
    ]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('6 of 8 images done, 2 failed')]);
    expect(
      failures(out).map(({ code: reason, message }) => [reason, message.includes('got no result in 3 s')]),
    ).toEqual([
      ['TIMED_OUT', true],
      ['TIMED_OUT', true],
    ]);
    // With more time it is another failure: the advice was followed.
    const again = ['--resume', '--retry-failed', '--image-timeout', '1'];
    expect((await batch([`${hanging}/never.jpg`, inputs, '--out', out, ...again])).stderr).toContain(
      'got no result in 1 s',
    );
  });

  test('a pipe without a writer is no image, at once', async (context) => {
    context.skip(noProc !== undefined, noProc);
    const here = join(folder, 'pipes');
    await makeImages(here, ['x.jpg', 'z.jpg']);
    makePipeImage(join(here, 'y.jpg'), join(folder, 'pipe'));
    const { code, stderr } = await batch([here, '--out', join(folder, 'piped'), '--image-timeout', '2']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('2 of 3 images done, 1 failed')]);
    expect(failures(join(folder, 'piped'))[0]).toMatchObject({ key: 'y.jpg', code: 'FILE_UNREADABLE' });
  });

  test('in a program', async () => {
    const model = await FastSAM.load('demo', { device: 'wasm' });
    const out = join(folder, 'program');
    const images = [`${hanging}/never.jpg`, ...KEYS.map((key) => ({ key, input: join(inputs, key) }))];
    const records: [string, string | undefined][] = [];
    for await (const { key, error } of writeBatch(model, images, { out, imgsz: 64, imageTimeout: 1 })) {
      records.push([key, error?.code]);
    }
    model.dispose();
    expect(records.filter(([, code]) => code === undefined)).toHaveLength(KEYS.length);
    expect(records.filter(([, code]) => code === 'TIMED_OUT')).toHaveLength(1);
    await expect(writeBatch(model, [], { out, imageTimeout: 0 }).next()).rejects.toThrow('imageTimeout: got 0');
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('and %s: exit code %i', async (signal, expected) => {
    const out = join(folder, signal);
    const { code } = await batch([`${hanging}/never.jpg`, inputs, '--out', out], {
      watch: (child) => {
        const look = setInterval(() => {
          if (recorded(out).length < KEYS.length) return;
          clearInterval(look);
          child.kill(signal);
        }, 50);
      },
    });
    expect(code).toBe(expected);
    expect(recorded(out)).toHaveLength(KEYS.length);
  });

  test('segment, too', async () => {
    const { code } = await fastsam(
      ['segment', join(inputs, 'a.jpg'), `${hanging}/never.jpg`, '--out', 'seg', ...FAST],
      {
        cwd: folder,
        watch: (child) => child.stderr?.on('data', (text: string) => text.includes('a.jpg: ') && child.kill('SIGTERM')),
      },
    );
    expect(code).toBe(143);
  });
});

describe('what was done before', () => {
  const out = join(folder, 'before');
  const wrong = (name: string) => join(out, `${name}.json`);

  test('is looked at: missing, empty and changed files, and changed images, are done again', async () => {
    const args = [inputs, '--out', out, '--format', 'json,coco'];
    expect((await batch(args)).code).toBe(0);
    const calm = contents(out);
    expect((await fastsamHere(['batch', 'verify', out], folder)).code).toBe(0);
    rmSync(wrong('a'));
    truncateSync(wrong('b'));
    appendFileSync(wrong('c/d'), ' ');
    const text = readFileSync(wrong('f'), 'utf8');
    writeFileSync(wrong('f'), text.replace('"model":"demo"', '"model":"memo"'));
    utimesSync(join(inputs, 'c/e.jpg'), 1, 1);
    const seen = await fastsamHere(['batch', 'verify', out], folder);
    expect(seen.code).toBe(1);
    expect(seen.stdout.trim().split('\n')).toEqual([
      `${wrong('a')}: missing (of a.jpg)`,
      `${wrong('b')}: empty (of b.jpg)`,
      `${wrong('c/d')}: changed (of c/d.jpg)`,
      `${wrong('f')}: changed (of f.jpg)`,
    ]);
    const { code, stderr } = await batch([...args, '--resume']);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('5 images done again: 4 whose files are missing, empty or changed, 1 that was changed'),
    ]);
    expect(contents(out)).toEqual(calm);
    expect((await batch([...args, '--resume'])).stderr).toContain('6 of 6 images done before');
    expect((await fastsamHere(['batch', 'verify', out], folder)).code).toBe(0);
  });

  test('a file that was only touched is not', async () => {
    utimesSync(wrong('a'), 1, 1);
    expect((await batch([inputs, '--out', out, '--format', 'json,coco', '--resume'])).stderr).not.toContain('again');
    expect(statSync(wrong('a')).mtimeMs).toBe(1000);
  });

  test('an image that is broken by now loses its files', async () => {
    writeFileSync(join(inputs, 'g.jpg'), 'no image');
    const { code, stderr } = await batch([inputs, '--out', out, '--format', 'json,coco', '--resume']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('5 of 6 images done, 1 failed')]);
    expect(existsSync(wrong('g'))).toBe(false);
    await makeImages(inputs, KEYS);
  });

  test('links that lead out of the folder: nothing is written or removed there', async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'd.json'), 'mine');
    const linked = join(folder, 'linked');
    expect((await batch([inputs, '--out', linked])).code).toBe(0);
    const calm = ofImages(linked);
    rmSync(join(linked, 'c'), { recursive: true });
    symlinkSync(other, join(linked, 'c'));
    for (const flag of ['--overwrite', '--resume']) {
      const { code, stderr } = await fastsam(['batch', inputs, '--out', linked, ...FAST, flag]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('a link leads out of the output folder')]);
    }
    expect(readFileSync(join(other, 'd.json'), 'utf8')).toBe('mine');
    rmSync(join(linked, 'c')); // as the message says
    expect((await batch([inputs, '--out', linked, '--resume'])).code).toBe(0);
    expect(ofImages(linked)).toEqual(calm);
  });
});

test('cut-outs and label folders hold nothing of an earlier run', async () => {
  const run = (conf: string) =>
    fastsam(['segment', join(inputs, 'a.jpg'), '--format', 'cutout', '--out', 'cut', '--conf', conf, ...FAST], {
      cwd: folder,
    });
  const names = () =>
    execFileSync('ls', ['-A', join(folder, 'cut', 'a-cutouts')], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .filter(Boolean);
  await run('0.05');
  expect(names().length).toBeGreaterThan(1);
  await run('0.99');
  expect(names()).toEqual([]);
  writeFileSync(join(folder, 'cut', 'a-cutouts', 'notes.txt'), 'mine');
  const { code, stderr } = await run('0.05');
  expect([code, stderr]).toEqual([1, expect.stringContaining('it holds other files (notes.txt …)')]);
  expect(names()).toEqual(['notes.txt']);
});
