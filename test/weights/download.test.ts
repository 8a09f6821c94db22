import { createHash } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FastSAMError } from '../../src/errors.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import type { ProgressEvent } from '../../src/progress.js';
import { download, type DownloadRequest } from '../../src/weights/download.js';
import { FileServer, status, type Handler } from '../support/fileServer.js';

const SIZE = 300_000;
const RETRY = { attempts: 4, delay: 1, stallTimeout: 5_000 };
const content = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7919 + (i >> 8)) % 256);

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

let folder: string;
let path: string;
let server: FileServer;
let events: ProgressEvent[];

beforeEach(async () => {
  usePlatform(nodePlatform);
  folder = mkdtempSync(join(tmpdir(), 'fastsam-download-'));
  path = join(folder, 'cache', 'file.pt');
  events = [];
  server = new FileServer(content);
  await server.start();
});

afterEach(async () => {
  usePlatform(nodePlatform);
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function request(changes: Partial<DownloadRequest> = {}): DownloadRequest {
  const onProgress = (event: ProgressEvent) => events.push(event);
  const wanted = { urls: [server.url], path, name: 'file', isPublished: true, versions: [], allowed: [] };
  return { ...wanted, retry: RETRY, onProgress, ...changes };
}

/** What the server's file is known to be. */
function known({ content: bytes, sha256 }: FileServer): Pick<DownloadRequest, 'versions'> {
  return { versions: [{ bytes: bytes.length, sha256 }] };
}

const files = () => readdirSync(join(folder, 'cache'));

async function failure(work: Promise<unknown>): Promise<FastSAMError> {
  const error: unknown = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(FastSAMError);
  return error as FastSAMError;
}

async function expectWhole(changes: Partial<DownloadRequest> = {}): Promise<void> {
  const { bytes } = await download(request(changes));
  expect(Buffer.compare(bytes, content)).toBe(0);
  expect(Buffer.compare(readFileSync(path), content)).toBe(0);
  expect(files()).toEqual(['file.pt']);
}

/** `loaded` rises, `total` stays, and the last report is the whole. */
function expectContract(): void {
  const steps = events.filter((event) => event.type === 'download');
  expect(steps.length).toBeGreaterThan(1);
  expect(steps.map((step) => step.loaded)).toEqual(steps.map((step) => step.loaded).sort((a, b) => a - b));
  expect(new Set(steps.map((step) => step.total)).size).toBe(1);
  expect(steps.at(-1)?.loaded).toBe(SIZE);
}

describe('download', () => {
  test('fetches, checks and moves a file, and leaves nothing else', async () => {
    await expectWhole(known(server));
    expectContract();
    expect(server.ranges).toEqual(['-']);
  });

  test.each([
    ['announced', true],
    ['not announced', false],
  ])('more bytes than a file of weights has are refused and not kept, %s', async (_, announced) => {
    server.script.push((_request, response) => {
      response.writeHead(200, announced ? { 'content-length': SIZE } : {}).end(content);
      return true;
    });
    const error = await failure(download(request({ maxBytes: 100_000 })));
    expect(error.code).toBe('DOWNLOAD_CORRUPT');
    expect(error.message).toMatch(/got more than 100000 bytes.*FASTSAM_MAX_DOWNLOAD/);
    expect(files()).toEqual([]);
    await expectWhole({ maxBytes: SIZE });
  });

  test('FASTSAM_MAX_DOWNLOAD is that limit, and must be a number', async () => {
    const limited = (value: string) => {
      usePlatform({ ...nodePlatform, env: (name) => (name === 'FASTSAM_MAX_DOWNLOAD' ? value : undefined) });
    };
    limited('1000');
    expect((await failure(download(request()))).message).toMatch(/got more than 1000 bytes/);
    limited('2 GB');
    expect((await failure(download(request()))).message).toMatch(/FASTSAM_MAX_DOWNLOAD: got '2 GB', expected a number/);
    limited(String(SIZE));
    await expectWhole();
  });

  test('a connection that drips is broken off as one that stands still', async () => {
    const drip: Handler = (_request, response) => {
      response.writeHead(200, { 'content-length': SIZE });
      const timer = setInterval(() => response.write(content.subarray(0, 1)), 10);
      response.on('close', () => {
        clearInterval(timer);
      });
      return true;
    };
    server.script.push(drip, drip);
    const error = await failure(download(request({ retry: { attempts: 2, delay: 1, stallTimeout: 200 } })));
    expect(error.code).toBe('DOWNLOAD_FAILED');
    expect(error.message).toMatch(/2 failures, the last one: only \d+ bytes in \d+ ms/);
  });

  test('what the caller refuses is not kept', async () => {
    const refusing = { inspect: () => Promise.reject(new FastSAMError('INVALID_CHECKPOINT', 'no weights')) };
    expect((await failure(download(request(refusing)))).message).toBe('no weights');
    expect(files()).toEqual([]);
    await expectWhole();
  });

  test('continues after cut connections instead of starting over', async () => {
    server.script.push(server.cutAfter(100_000), server.cutAfter(50_000));
    await expectWhole(known(server));
    expect(server.ranges).toEqual(['-', 'bytes=100000-', 'bytes=150000-']);
    expect(events.filter((event) => event.type === 'retry')).toHaveLength(2);
    expectContract();
  });

  test('continues by date where there is no ETag', async () => {
    server.etag = undefined;
    server.lastModified = 'Wed, 01 Jan 2025 00:00:00 GMT';
    server.script.push(server.cutAfter(100_000));
    await expectWhole();
    expect(server.ranges).toEqual(['-', 'bytes=100000-']);
  });

  test('does not continue what it cannot tell to be the same file', async () => {
    server.etag = 'W/"weak"';
    server.script.push(server.cutAfter(100_000));
    await expectWhole();
    expect(server.ranges).toEqual(['-', '-']);
    expectContract();
  });

  test('starts over when the file has changed meanwhile', async () => {
    const old = new Uint8Array(SIZE).fill(1);
    server.content = old;
    server.script.push(server.cutAfter(100_000), (incoming, response) => {
      server.content = content;
      server.etag = '"second"';
      server.serve(incoming, response);
      return true;
    });
    await expectWhole();
    expectContract();
  });

  test('starts over when a server continues another file although asked not to', async () => {
    server.script.push(
      server.cutAfter(100_000),
      status(206, { etag: '"other"', 'content-range': `bytes 100000-${SIZE - 1}/${SIZE}` }, 'x'),
    );
    await expectWhole();
    expect(server.ranges).toEqual(['-', 'bytes=100000-', '-']);
  });

  test('starts over when a server ignores Range', async () => {
    server.script.push(server.cutAfter(100_000), (incoming, response) => {
      delete incoming.headers.range;
      server.serve(incoming, response);
      return true;
    });
    await expectWhole(known(server));
  });

  test('starts over after 416', async () => {
    server.script.push(server.cutAfter(100_000), status(416));
    await expectWhole();
    expect(server.ranges).toEqual(['-', 'bytes=100000-', '-']);
  });

  test('starts over, once, when pieces do not add up to the checksum', async () => {
    // No validator: only the checksum can tell that the file changed between the pieces.
    server.etag = undefined;
    server.content = new Uint8Array(SIZE).fill(1);
    server.script.push(server.cutAfter(100_000), (incoming, response) => {
      server.content = content;
      server.serve(incoming, response);
      return true;
    });
    await expectWhole(known(new FileServer(content)));
    expect(server.ranges).toEqual(['-', 'bytes=100000-', '-']);
    expectContract();
  });

  test('gets over 500, 503 with Retry-After and 429', async () => {
    server.script.push(status(500), status(503, { 'retry-after': '0' }), status(429));
    await expectWhole();
    expect(events.filter((event) => event.type === 'retry').map((event) => event.delay)).toEqual([1, 0, 4]);
  });

  test('gives up after the allowed number of failures in a row', async () => {
    server.script.push(status(500), status(502), status(503), status(504));
    const error = await failure(download(request()));
    expect(error.code).toBe('DOWNLOAD_FAILED');
    expect(error.message).toMatch(/4 failures, the last one: HTTP 504/);
    expect(files()).toEqual([]);
  });

  test('follows redirects', async () => {
    const target = server.url.replace('file.pt', 'moved.pt');
    server.script.push(status(302, { location: target }));
    await expectWhole();
    expect(server.ranges).toHaveLength(2);
  });

  test('takes up a stalled connection again', async () => {
    server.script.push(server.stallAfter(100_000));
    await expectWhole({ retry: { ...RETRY, stallTimeout: 200 } });
    expect(server.ranges).toEqual(['-', 'bytes=100000-']);
  });

  test('takes up a server that never answers again', async () => {
    server.script.push(() => true);
    await expectWhole({ retry: { ...RETRY, stallTimeout: 200 } });
  });
});

describe('download refuses', () => {
  test('404 at once', async () => {
    server.script.push(status(404));
    const error = await failure(download(request()));
    expect(error.code).toBe('DOWNLOAD_FAILED');
    expect(error.message).toBe(
      `download of file: got HTTP 404 from ${server.url}, expected a file of weights; check the address and try again, ` +
        `or put the file by hand at ${path}, or name a mirror in FASTSAM_WEIGHTS_URL or a folder that holds it in ` +
        'FASTSAM_WEIGHTS_DIR (what has arrived is kept)',
    );
    expect(server.ranges).toHaveLength(1);
  });

  test.each([
    ['a web page by its type', { 'content-type': 'text/html; charset=utf-8' }, 'oops', /got a web page \(a login/],
    ['a web page by its content', { 'content-type': 'text/plain' }, '\n <!doctype html>', /got a web page from/],
    [
      'a Git LFS pointer',
      {},
      'version https://git-lfs.github.com/spec/v1\noid sha256:00',
      /got a Git LFS pointer from/,
    ],
    ['another file, with its hash', {}, 'oops', new RegExp(`got 4 bytes with sha256 ${hashOf('oops')} from`)],
  ])('%s', async (_name, headers, body, message) => {
    server.script.push(status(200, { ...headers, 'content-length': String(body.length) }, body));
    const error = await failure(download(request(known(server))));
    expect(error.code).toBe('DOWNLOAD_CORRUPT');
    expect(error.message).toMatch(message);
    expect(files()).toEqual([]);
  });

  test('a body longer than the known length', async () => {
    server.script.push((_request, response) => {
      response.writeHead(200).end(content);
      return true;
    });
    const versions = [{ bytes: 1000, sha256: hashOf('another') }];
    const error = await failure(download(request({ versions })));
    expect(error.message).toContain(
      `got ${SIZE} bytes with sha256 ${server.sha256} from ${server.url}, expected 1000 bytes with sha256`,
    );
    expect(files()).toEqual([]);
  });

  test('a body shorter than it announces, after it has tried', async () => {
    for (let i = 0; i < RETRY.attempts; i++) server.script.push(server.cutAfter(0));
    const error = await failure(download(request()));
    expect(error.code).toBe('DOWNLOAD_FAILED');
  });

  test('a flipped bit, and removes it', async () => {
    const damaged = content.slice();
    damaged.set([255 - content[1234]], 1234);
    const versions = known(server);
    const { sha256 } = server;
    server.content = damaged;
    const error = await failure(download(request(versions)));
    expect(error.code).toBe('DOWNLOAD_CORRUPT');
    expect(error.message).toContain(`expected ${SIZE} bytes with sha256 ${sha256}`);
    expect(files()).toEqual([]);
  });

  test('a closed port, and says where to put the file by hand', async () => {
    const { url } = server;
    await server.stop();
    const error = await failure(download(request(known(server))));
    expect(error.code).toBe('DOWNLOAD_FAILED');
    for (const part of ['ECONNREFUSED', url, path, 'FASTSAM_WEIGHTS_URL', 'FASTSAM_WEIGHTS_DIR', `${SIZE} bytes`]) {
      expect(error.message).toContain(part);
    }
    expect(events).toEqual([]);
  });

  test('a folder that cannot be made', async () => {
    writeFileSync(join(folder, 'cache'), 'a file where the folder should be');
    expect((await failure(download(request()))).code).toBe('WRITE_FAILED');
  });

  test('a full disk, and gives the space back', async () => {
    usePlatform({
      ...nodePlatform,
      openPartial: async (where) => {
        const partial = await nodePlatform.openPartial(where);
        const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
        const { fileError } = await import('../../src/platform/fileErrors.js');
        vi.spyOn(partial, 'append').mockRejectedValue(fileError('write', where, full));
        return partial;
      },
    });
    const error = await failure(download(request()));
    expect(error.code).toBe('WRITE_FAILED');
    expect(error.message).toMatch(/ENOSPC, the disk is full/);
    expect(files()).toEqual([]);
  });
});

describe('download and its signal', () => {
  test('does nothing when it has fired before', async () => {
    const error = await failure(download(request({ signal: AbortSignal.abort() })));
    expect(error.code).toBe('ABORTED');
    expect(server.ranges).toEqual([]);
  });

  test('stops on the way and continues there the next time', async () => {
    server.script.push(server.stallAfter(100_000));
    const controller = new AbortController();
    const onProgress = (event: ProgressEvent) => {
      if (event.type === 'download' && event.loaded === 100_000) controller.abort();
    };
    const error = await failure(download(request({ signal: controller.signal, onProgress })));
    expect(error.code).toBe('ABORTED');
    expect(files()).toEqual([expect.stringMatching(/^file\.pt\.free-0-.*\.part$/)]);
    await expectWhole();
    expect(server.ranges).toEqual(['-', 'bytes=100000-']);
    expect(server.sent).toBe(SIZE);
  });

  test('stops while it waits for the next attempt', async () => {
    server.script.push(status(503, { 'retry-after': '50' }));
    const controller = new AbortController();
    const onProgress = (event: ProgressEvent) => {
      if (event.type === 'retry')
        setTimeout(() => {
          controller.abort();
        }, 10);
    };
    expect((await failure(download(request({ signal: controller.signal, onProgress })))).code).toBe('ABORTED');
  });
});

describe('download by several processes', () => {
  const children: ChildProcess[] = [];

  function child(): { process: ChildProcess; ended: Promise<string> } {
    const script = fileURLToPath(new URL('downloadChild.ts', import.meta.url));
    const started = spawn(process.execPath, ['--import', 'tsx', script, server.url, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(started);
    let output = '';
    started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return {
      process: started,
      ended: new Promise((resolve) =>
        started.on('close', () => {
          resolve(output.trim());
        }),
      ),
    };
  }

  afterEach(() => {
    for (const started of children.splice(0)) started.kill('SIGKILL');
  });

  test('keeps them apart', async () => {
    server.script.push(server.cutAfter(200_000), server.cutAfter(100_000), server.cutAfter(10_000));
    const others = [child(), child()];
    const mine = await Promise.all([download(request()), download(request())]);
    expect(mine.map(({ bytes }) => Buffer.compare(bytes, content))).toEqual([0, 0]);
    expect(await Promise.all(others.map(({ ended }) => ended))).toEqual([String(SIZE), String(SIZE)]);
    expect(Buffer.compare(readFileSync(path), content)).toBe(0);
    expect(files()).toEqual(['file.pt']);
  });

  test('continues what a killed one has left', async () => {
    server.script.push(server.stallAfter(123_456));
    const victim = child();
    await vi.waitFor(
      () => {
        const [attempt = ''] = files();
        expect(readFileSync(join(folder, 'cache', attempt, 'data'))).toHaveLength(123_456);
      },
      { timeout: 20_000, interval: 50 },
    );
    victim.process.kill('SIGKILL');
    await victim.ended;
    expect(files()).toEqual([expect.stringMatching(/^file\.pt\..*\.part$/)]);
    await expectWhole();
    expect(server.ranges).toEqual(['-', 'bytes=123456-']);
  });
});
