/** Redirects and playlists may not lead from a server outside into the own network. Nothing outside is contacted. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fetchOutside, isPrivateAddress, isPrivateHost, type LookUp } from '../../src/platform/addresses.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { checkServedVideo } from '../../src/source/playlists.js';

/** Names without servers, and what they would resolve to. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'outside.test': ['93.184.215.14'],
  'other.test': ['2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
  'inside.test': ['192.168.1.7'],
  'rebound.test': ['93.184.215.14', '127.0.0.1'],
  localhost: ['127.0.0.1', '::1'],
};
const lookUp: LookUp = (host) =>
  host in NAMES ? Promise.resolve(NAMES[host]) : Promise.reject(new Error('ENOTFOUND'));

let server: Server;
let port = 0;
/** Path -> where it redirects to, or its text. */
const pages = new Map<string, { location?: string; text?: string }>();
const asked: string[] = [];

/** Every name leads to the server of this test. */
const request: typeof fetch = async (url, init) => {
  const { host, pathname } = new URL(url as string);
  asked.push(`${host}${pathname} ${new Headers(init?.headers).get('authorization') ?? '-'}`);
  const response = await fetch(`http://127.0.0.1:${port}${pathname}`, init);
  return Object.defineProperty(response, 'url', { value: url });
};

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    const { location, text = 'content' } = pages.get(url) ?? {};
    if (location === undefined) response.end(text);
    else response.writeHead(302, { location }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());
afterEach(() => {
  pages.clear();
  asked.length = 0;
  delete process.env.FASTSAM_ALLOW_PRIVATE;
  usePlatform(nodePlatform);
});

const get = (url: string, init?: RequestInit) => fetchOutside(url, init, { lookUp, fetch: request });

describe('addresses', () => {
  test.each([
    '127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '255.255.255.255',
    '::1', '::', 'fd00::1', 'fe80::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '64:ff9b::a00:1',
  ])('%s is of the own network', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  }); // prettier-ignore

  test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    '%s is not',
    (address) => {
      expect(isPrivateAddress(address)).toBe(false);
    },
  );

  test('hosts by any of their addresses; spellings that URL makes plain', async () => {
    expect(await isPrivateHost('rebound.test', lookUp)).toBe(true);
    expect(await isPrivateHost('outside.test', lookUp)).toBe(false);
    expect(await isPrivateHost('nobody.test', lookUp)).toBe(false);
    for (const url of ['http://2130706433/', 'http://0x7f.1/', 'http://[::1]/', 'http://[::ffff:10.0.0.1]/']) {
      expect(await isPrivateHost(new URL(url).hostname, lookUp), url).toBe(true);
    }
  });
});

describe('redirects', () => {
  test.each([
    'http://127.0.0.1:9/x',
    'http://inside.test/x',
    'http://rebound.test/x',
    'http://[::1]/x',
    'http://2130706433/',
  ])('from outside to %s are refused in one line, and the advice works', async (location) => {
    pages.set('/a', { location });
    const error = await get('http://outside.test/a').catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringMatching(
        /^http:\/\/outside\.test\/a: got a redirect into the own network [^\n]*FASTSAM_ALLOW_PRIVATE=1$/,
      ) as string,
    });
    expect(asked).toEqual(['outside.test/a -']);
    process.env.FASTSAM_ALLOW_PRIVATE = '1';
    expect(await (await get('http://outside.test/a')).text()).toBe('content');
  });

  test('are followed outside, hop by hop, and the last one is refused', async () => {
    pages.set('/a', { location: 'http://other.test/b' });
    pages.set('/b', { location: '/c' });
    expect(await (await get('http://outside.test/a', { headers: { authorization: 'secret' } })).text()).toBe('content');
    expect(asked).toEqual(['outside.test/a secret', 'other.test/b -', 'other.test/c -']);
    pages.set('/c', { location: 'http://inside.test/d' });
    await expect(get('http://outside.test/a')).rejects.toThrow(/own network \(inside\.test\)/);
  });

  test("inside, and from inside to outside, are the user's own", async () => {
    pages.set('/a', { location: 'http://localhost/b' });
    pages.set('/b', { location: 'http://outside.test/c' });
    expect(await (await get('http://inside.test/a')).text()).toBe('content');
  });

  test('without end, to other protocols and to nowhere', async () => {
    pages.set('/a', { location: '/a' });
    await expect(get('http://outside.test/a')).rejects.toThrow(/more than 20 redirects/);
    pages.set('/a', { location: 'file:///etc/passwd' });
    await expect(get('http://outside.test/a')).rejects.toThrow(/a redirect to file:/);
    pages.set('/a', { location: 'http://[bad' });
    await expect(get('http://outside.test/a')).rejects.toThrow(/no valid address/);
  });
});

describe('playlists', () => {
  const check = (url: string) => {
    usePlatform({ ...nodePlatform, fetch: get, isPrivateHost: (host) => isPrivateHost(host, lookUp) });
    return checkServedVideo(url);
  };

  test.each([
    ['HLS', '#EXTM3U\n#EXTINF:1,\nhttp://inside.test/1.ts\n'],
    ['HLS with a key', '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.1/key"\n1.ts\n'],
    ['HLS in HLS', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\ninner.m3u8\n'],
    ['DASH', '<?xml version="1.0"?><MPD><BaseURL>http://[::1]/</BaseURL></MPD>'],
  ])('%s from outside that leads inside is refused', async (_name, text) => {
    pages.set('/list', { text });
    pages.set('/inner.m3u8', { text: '#EXTM3U\nhttp://192.168.0.1/1.ts\n' });
    await expect(check('http://outside.test/list')).rejects.toMatchObject({
      code: 'INVALID_VIDEO',
      message: expect.stringContaining('is a playlist that leads into the own network') as string,
    });
  });

  test('of a megabyte are looked through once, and name 64 servers at most', async () => {
    // 10^12 steps where an expression begins again at each letter.
    pages.set('/list', { text: `<?xml version="1.0"?><MPD>${'a'.repeat(1_000_000)}</MPD>` });
    expect(await check('http://outside.test/list')).toBe('http://outside.test/list');
    pages.set('/list', { text: `#EXTM3U\n${'http://other.test/1.ts\n'.repeat(1000)}` });
    expect(await check('http://outside.test/list')).toBe('http://outside.test/list');
    const servers = Array.from({ length: 65 }, (_, i) => `http://93.184.216.${i}/1.ts\n`);
    pages.set('/list', { text: `#EXTM3U\n${servers.join('')}` });
    await expect(check('http://outside.test/list')).rejects.toMatchObject({
      code: 'INVALID_VIDEO',
      message: expect.stringContaining('got a playlist that names more than 64 servers') as string,
    });
  });

  test('outside, and those that the user names inside, pass; redirects are followed once', async () => {
    pages.set('/list', { text: '#EXTM3U\n1.ts\nhttp://other.test/2.ts\n' });
    pages.set('/moved', { location: '/list' });
    expect(await check('http://outside.test/list')).toBe('http://outside.test/list');
    asked.length = 0;
    expect(await check('http://inside.test/anything')).toBe('http://inside.test/anything');
    expect(asked).toEqual([]);
    pages.set('/moved', { location: 'http://inside.test/list' });
    await expect(check('http://outside.test/moved')).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });
});
