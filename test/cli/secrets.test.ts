/** Passwords and tokens of URLs are used and never shown: in no line, no record, no file. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openVideo, readImage } from '../../src/index.js';
import { fastsam, type Run } from '../support/cli.js';
import { rejectionOf } from '../support/errors.js';
import { HAS_FFMPEG } from '../support/ffmpeg.js';
import { scene, TRAINED } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const SECRETS = /s3cret|t0ken/;
const COINS = readFileSync(scene('coins.png'));
const WEIGHTS = readFileSync(TRAINED);
const AUTHORIZATION = `Basic ${Buffer.from('user:s3@cret').toString('base64')}`;

/** Serves only who says the password; notes what came. */
let seen: (string | undefined)[] = [];
let elsewhere: (string | undefined)[] = [];
const servers: Server[] = [];
let [host, other] = ['', ''];

async function serve(answer: (request: IncomingMessage) => { status: number; body?: Uint8Array; location?: string }) {
  const server = createServer((request, response) => {
    const { status, body, location } = answer(request);
    const challenge = status === 401 ? { 'www-authenticate': 'Basic realm="images"' } : {};
    response.writeHead(status, { ...challenge, ...(location !== undefined && { location }) }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  other = await serve((request) => (elsewhere.push(request.headers.authorization), { status: 200, body: COINS }));
  host = await serve((request) => {
    seen.push(request.headers.authorization);
    if (request.headers.authorization !== AUTHORIZATION) return { status: 401 };
    const path = new URL(request.url ?? '', 'http://host').pathname;
    if (path.endsWith('.png')) return { status: 200, body: COINS };
    if (path.endsWith('.safetensors')) return { status: 200, body: WEIGHTS };
    return path === '/moved' ? { status: 302, location: `http://${other}/coins` } : { status: 404 };
  });
});

beforeEach(() => {
  seen = [];
  elsewhere = [];
});

afterAll(() => {
  for (const server of servers) server.close();
});

const url = (path: string): string => `http://user:s3@cret@${host}/${path}?signature=t0ken-of-many`;

/** Every text of a run, its files included. */
function expectNoSecret({ stdout, stderr }: Run, ...folders: string[]): void {
  expect(stdout).not.toMatch(SECRETS);
  expect(stderr).not.toMatch(SECRETS);
  for (const each of folders) {
    for (const name of readdirSync(join(folder, each), { recursive: true, encoding: 'utf8' })) {
      expect(name).not.toMatch(SECRETS);
      const path = join(folder, each, name);
      if (statSync(path).isFile()) expect(readFileSync(path, 'latin1')).not.toMatch(SECRETS);
    }
  }
}

describe('an image', () => {
  test('with a password is read, and its record names it without', async () => {
    const image = await readImage(url('coins.png'));
    expect([image.width, image.path]).toEqual([384, `http://${host}/coins.png?signature=…`]);
    expect(seen).toEqual([AUTHORIZATION]);
  });

  test('on the command line: JSON, files and lines hold no secret', async () => {
    const args = ['segment', url('coins.png'), url('none.png.txt'), '--imgsz', '64', '--device', 'wasm'];
    const run = await fastsam([...args, '--json', '--format', 'json,coco', '--out', 'image'], { cwd: folder });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`image http://${host}/none.png.txt?signature=…: got HTTP 404`);
    expect(run.stdout).toContain(`http://${host}/coins.png?signature=…`);
    expectNoSecret(run, 'image');
  });

  test('the password does not go to another server', async () => {
    await readImage(url('moved'));
    expect([seen, elsewhere]).toEqual([[AUTHORIZATION], [undefined]]);
  });

  test('a batch: its files, records and failures', async () => {
    writeFileSync(
      join(folder, 'list.txt'),
      `${url('coins.png')}\n${url('none')}\nhttp://user:s3cret@127.0.0.1:9/x.png\n`,
    );
    const run = await fastsam(
      ['batch', 'list.txt', '--imgsz', '64', '--device', 'wasm', '--out', 'batch', '--format', 'json,coco'],
      {
        cwd: folder,
      },
    );
    expect([run.code, seen]).toEqual([1, [AUTHORIZATION, AUTHORIZATION]]);
    expectNoSecret(run, 'batch');
  });
});

describe.skipIf(!HAS_FFMPEG)('a video', () => {
  test("ffmpeg's reason", async () => {
    const run = await fastsam(['segment', url('none.mp4'), '--device', 'wasm', '--out', 'video'], { cwd: folder });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('404');
    expectNoSecret(run);
    for (const bad of [
      url('none.mp4'),
      'rtsp://user:s3cret@127.0.0.1:9/x',
      'http://user:s3cret pass@127.0.0.1:9/x.mp4',
    ]) {
      expect((await rejectionOf(() => openVideo(bad))).message).not.toMatch(/s3cret|pass@|t0ken/);
    }
  });
});

describe('weights', () => {
  test('with a password are loaded', async () => {
    mkdirSync(join(folder, 'home'));
    const env = { FASTSAM_HOME: join(folder, 'home') };
    const run = await fastsam(['info', url('demo.safetensors')], { cwd: folder, env });
    expect([run.code, run.stderr]).toEqual([0, '']);
    expectNoSecret(run);
    const failed = await fastsam(['info', url('none.pt')], { cwd: folder, env });
    expect([failed.code, failed.stderr]).toEqual([
      1,
      expect.stringMatching(/^fastsam: download of none\.pt: got HTTP 404 from http/),
    ]);
    expectNoSecret(failed);
    expect(new Set(seen)).toEqual(new Set([AUTHORIZATION]));
  });

  test('that cannot be reached', async () => {
    for (const address of [
      'http://user:s3@cret@127.0.0.1:9/x.pt?key=t0ken',
      'http://user:s3cret@[bad/x.pt',
      'https://s3cret@127.0.0.1:9/x.pt',
    ]) {
      const run = await fastsam(['info', address], { cwd: folder });
      expect(run.code).toBeGreaterThan(0);
      expectNoSecret(run);
    }
  });
});

test.each([
  'redis://user:s3@cret@127.0.0.1:9',
  'redis+tls://user:s3cret@host',
  'http://user:s3cret@host',
  'redis://user:s3cret@host:port',
])('the queue %s', async (queue) => {
  const run = await fastsam(['batch', 'work', '--queue', queue, '--until-empty'], { cwd: folder });
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(/^fastsam: queue: got/);
  expectNoSecret(run);
});
