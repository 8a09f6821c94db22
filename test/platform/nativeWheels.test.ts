import { strToU8, zipSync } from 'fflate';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeHeaders } from '../../src/platform/native/compile.js';
import { fetchWheel, wheelLink } from '../../src/platform/native/fetchWheel.js';
import { buildName, chooseVariant, nodeApiVersion, thisMachine } from '../../src/platform/native/target.js';
import { WheelArchive } from '../../src/platform/native/wheelZip.js';
import { WHEELS, nvidiaRequirements } from '../../src/platform/native/wheels.js';
import { LINUX, makeWorld, type World } from './nativeFixture.js';

let world: World;

beforeEach(() => {
  world = makeWorld();
});

afterEach(() => {
  world.remove();
});

describe('files of a wheel', () => {
  const content = strToU8('abc'.repeat(100_000));

  function write(bytes: Uint8Array): string {
    const path = join(world.root, 'a.whl');
    writeFileSync(path, bytes);
    return path;
  }

  test.each([0, 9] as const)('come out as they went in, packed at level %i', async (level) => {
    const archive = await WheelArchive.open(
      write(zipSync({ 'x/a.bin': [content, { level }], 'x/empty': new Uint8Array(0) })),
    );
    expect([...archive.entries.keys()]).toEqual(['x/a.bin', 'x/empty']);
    await archive.extract('x/a.bin', join(world.root, 'out/a.bin'));
    await archive.extract('x/empty', join(world.root, 'out/empty'));
    expect(readFileSync(join(world.root, 'out/a.bin')).equals(content)).toBe(true);
    expect(readFileSync(join(world.root, 'out/empty'))).toHaveLength(0);
  });

  test('are refused when damaged, cut off or absent', async () => {
    const good = zipSync({ 'a.bin': [content, { level: 0 }] });
    const flipped = good.slice();
    flipped[1000] ^= 1;
    const target = join(world.root, 'out.bin');
    const damaged = await WheelArchive.open(write(flipped));
    await expect(damaged.extract('a.bin', target)).rejects.toMatchObject({ code: 'DOWNLOAD_CORRUPT' });
    await expect(damaged.extract('b.bin', target)).rejects.toThrow('no file b.bin');
    await expect(WheelArchive.open(write(good.slice(0, 1000)))).rejects.toMatchObject({ code: 'DOWNLOAD_CORRUPT' });
    await expect(WheelArchive.open(write(new Uint8Array(3)))).rejects.toMatchObject({ code: 'DOWNLOAD_CORRUPT' });
  });
});

describe('a package index', () => {
  let server: Server;
  let asked: string[];

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/simple/tensorflow/') {
        response.end(
          '<a href="../../files/tensorflow-1.0-py3-none-any.whl#sha256=00">tensorflow-1.0-py3-none-any.whl</a>',
        );
      } else if (request.url?.startsWith('/files/')) response.end(readFileSync(join(world.from, request.url.slice(7))));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => {
    server.close();
  });

  function options() {
    const folder = join(world.root, 'downloads');
    mkdirSync(folder, { recursive: true });
    const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
    return { folder, mirror, env: { PATH: '' } }; // no Python, hence no pip
  }

  test('is used directly where there is no pip, once', async () => {
    const wheel = world.wheels['linux-x64-cpu'].tensorflow;
    let received = 0;
    const path = await fetchWheel(wheel, { ...options(), onBytes: (bytes) => (received = bytes) });
    expect(received).toBe(wheel.bytes);
    expect(readFileSync(path)).toHaveLength(wheel.bytes);
    expect(await fetchWheel(wheel, options())).toBe(path);
    expect(asked).toEqual(['/simple/tensorflow/', '/files/tensorflow-1.0-py3-none-any.whl']);
  });

  test('that has another file under the name is caught by the hash', async () => {
    const wheel = world.wheels['linux-x64-cpu'].tensorflow;
    await expect(fetchWheel({ ...wheel, sha256: '0'.repeat(64) }, options())).rejects.toMatchObject({
      code: 'DOWNLOAD_CORRUPT',
    });
  });

  test('that does not know the project is named in the error, with the way out', async () => {
    const wheel = world.wheels['linux-x64-gpu'].nvidia[0];
    await expect(fetchWheel(wheel, options())).rejects.toThrow(/HTTP 404.*--from DIR/);
  });

  test('lists files as HTML anchors', () => {
    const page = '<a href="/a&amp;b/x-1.whl#sha256=1" data-x="">x-1.whl</a><br/>\n<a href="x-10.whl">\n x-10.whl </a>';
    expect(wheelLink(page, 'x-1.whl')).toBe('/a&b/x-1.whl');
    expect(wheelLink(page, 'x-10.whl')).toBe('x-10.whl');
    expect(wheelLink(page, 'x-2.whl')).toBeUndefined();
  });
});

describe('the choice of a library', () => {
  test('this machine is told from one with another C library', () => {
    const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
    const { platform, arch, musl } = thisMachine();
    expect([platform, arch]).toEqual([process.platform, process.arch]);
    expect(musl).toBe(process.platform === 'linux' && report.header.glibcVersionRuntime === undefined);
  });

  test('follows the driver unless it is told', () => {
    expect(chooseVariant(LINUX, 'auto')).toBe('cpu');
    expect(chooseVariant({ ...LINUX, nvidiaDriver: true }, 'auto')).toBe('gpu');
    expect(chooseVariant({ ...LINUX, nvidiaDriver: true }, 'cpu')).toBe('cpu');
    expect(chooseVariant(LINUX, 'gpu')).toBe('gpu');
  });

  test('says what to use instead where there is none', () => {
    expect(() => chooseVariant({ ...LINUX, musl: true }, 'auto')).toThrow(/musl.*Debian/);
    expect(() => chooseVariant({ ...LINUX, platform: 'win32' }, 'auto')).toThrow(/WSL 2/);
    expect(() => chooseVariant({ ...LINUX, platform: 'darwin', arch: 'arm64' }, 'gpu')).toThrow(/--cpu/);
  });

  test('takes the newest Node-API that package and Node.js share', () => {
    expect(nodeApiVersion(world.packageFolder, 9)).toBe(8);
    expect(nodeApiVersion(world.packageFolder, 7)).toBe(3);
    expect(buildName(LINUX, 'cpu', 8)).toBe('tensorflow-2.21.0-cpu-linux-x64-tfjs-4.22.0-napi8-2');
  });

  test('finds the headers that the user names before any other', () => {
    expect(nodeHeaders(world.env)).toBe(join(world.root, 'node/include/node'));
  });

  test('pins every project that the CUDA wheel asks for, except its compiler', () => {
    const metadata = ['cublas', 'cudnn', 'cuda-nvcc']
      .map((name) => `Requires-Dist: nvidia-${name}-cu12<13.0,>=9; extra == "and-cuda"`)
      .join('\n');
    expect(nvidiaRequirements(`${metadata}\nRequires-Dist: nvidia-other; extra == "x"`)).toEqual([
      'nvidia-cublas-cu12',
      'nvidia-cudnn-cu12',
    ]);
    const pinned = WHEELS['linux-x64-gpu']?.nvidia.map(({ name }) => name);
    expect(pinned).toEqual(expect.arrayContaining(['nvidia-cublas-cu12', 'nvidia-cudnn-cu12', 'nvidia-nccl-cu12']));
  });
});
