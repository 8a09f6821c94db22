import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FastSAMError } from '../../src/errors.js';
import { setupNative, uninstallNative, type SetupOptions } from '../../src/platform/native/setup.js';
import { LINUX, makeWheel, makeWorld, tensorflowFiles, type World } from './nativeFixture.js';

const WORKS = { version: '9.9', gpu: false };

let world: World;

beforeEach(() => {
  world = makeWorld();
});

afterEach(() => {
  world.remove();
});

function options(more: SetupOptions = {}): SetupOptions {
  const { from, cache, packageFolder, env, wheels } = world;
  return {
    variant: 'cpu',
    machine: LINUX,
    from,
    cache,
    packageFolder,
    env,
    wheels,
    verify: () => Promise.resolve(WORKS),
    ...more,
  };
}

/** Names below the cache that could be taken for a finished or half-made library. */
function libraries(): string[] {
  return existsSync(world.cache) ? readdirSync(world.cache).filter((name) => name !== 'wheels') : [];
}

async function failure(promise: Promise<unknown>): Promise<FastSAMError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FastSAMError);
  return error as FastSAMError;
}

describe('setup of the native library', () => {
  test('takes the two libraries and only the headers that the binding includes', async () => {
    const { folder, cached, version } = await setupNative(options());
    expect({ cached, version }).toEqual({ cached: false, version: '9.9' });
    const lib = join(folder, 'deps/lib');
    expect(readFileSync(join(lib, 'libtensorflow_cc.so.2'), 'utf8')).toBe('library '.repeat(1000));
    expect(readFileSync(join(lib, 'libtensorflow_framework.so.2'), 'utf8')).toBe('framework');
    expect(readlinkSync(join(lib, 'libtensorflow.so'))).toBe('libtensorflow_cc.so.2');
    const include = join(folder, 'deps/include');
    expect(readdirSync(join(include, 'tensorflow/c')).sort()).toEqual(['c_api.h', 'inner.h']);
    expect(readdirSync(join(include, 'tsl'))).toEqual(['last.h']);
  });

  test('compiles for the Node-API version of the package and links the result into it', async () => {
    const { folder } = await setupNative(options());
    expect(readlinkSync(join(world.packageFolder, 'deps'))).toBe(join(folder, 'deps'));
    const command = readFileSync(join(world.packageFolder, 'lib/napi-v8/tfjs_binding.node'), 'utf8');
    expect(command).toContain('-DNAPI_VERSION=8');
    expect(command).toContain('-Wl,-rpath,$ORIGIN/../../deps/lib');
    expect(command).toContain(join(world.packageFolder, 'binding/binding.cc'));
  });

  test('only links when the library is in the cache, and then needs neither wheel nor compiler', async () => {
    const first = await setupNative(options());
    rmSync(join(world.packageFolder, 'deps'));
    rmSync(join(world.packageFolder, 'lib'));
    rmSync(world.from, { recursive: true });
    const second = await setupNative(
      options({ env: { PATH: '' }, verify: () => Promise.reject(new Error('not called')) }),
    );
    expect(second).toEqual({ ...first, cached: true });
    expect(existsSync(join(world.packageFolder, 'lib/napi-v8/tfjs_binding.node'))).toBe(true);
  });

  test('makes it anew with force', async () => {
    const { folder } = await setupNative(options());
    writeFileSync(join(folder, 'deps/lib/libtensorflow_cc.so.2'), 'spoilt');
    expect((await setupNative(options({ force: true }))).cached).toBe(false);
    expect(readFileSync(join(folder, 'deps/lib/libtensorflow_cc.so.2'), 'utf8')).toHaveLength(8000);
  });

  test('puts the libraries of the GPU where TensorFlow and cuDNN look for them', async () => {
    const { folder } = await setupNative(options({ variant: 'gpu' }));
    expect(readFileSync(join(folder, 'deps/nvidia/nvrtc/lib/libnvrtc.so.12'), 'utf8')).toBe('nvrtc');
    expect(existsSync(join(folder, 'deps/nvidia/cuda_nvrtc/include'))).toBe(false);
  });

  test('refuses a wheel that asks for a library which is not pinned', async () => {
    const metadata = 'Requires-Dist: nvidia-new-cu13>=13; extra == "and-cuda"\n';
    const tensorflow = makeWheel(world.from, 'tensorflow', tensorflowFiles(metadata));
    const wheels = { 'linux-x64-gpu': { tensorflow, nvidia: world.wheels['linux-x64-gpu'].nvidia } };
    const error = await failure(setupNative(options({ variant: 'gpu', wheels })));
    expect(error.code).toBe('DOWNLOAD_CORRUPT');
    expect(error.message).toContain('nvidia-new-cu13');
  });
});

describe('a setup that fails', () => {
  test('refuses a wheel with a wrong hash and leaves nothing behind', async () => {
    const file = join(world.from, 'tensorflow-1.0-py3-none-any.whl');
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('x')]));
    const error = await failure(setupNative(options()));
    expect(error.code).toBe('DOWNLOAD_CORRUPT');
    expect(error.message).toContain(`expected ${world.wheels['linux-x64-cpu'].tensorflow.sha256}`);
    expect(libraries()).toEqual([]);
    expect(existsSync(join(world.packageFolder, 'deps'))).toBe(false);
  });

  test('says how to fetch a wheel that the folder lacks', async () => {
    rmSync(join(world.from, 'tensorflow-1.0-py3-none-any.whl'));
    const error = await failure(setupNative(options()));
    expect(error.code).toBe('FILE_UNREADABLE');
    expect(error.message).toContain('python3 -I -m pip download --no-deps');
    expect(error.message).toContain('tensorflow==1.0');
  });

  test('names the packages with a compiler where there is none, before anything is downloaded', async () => {
    const steps: string[] = [];
    const error = await failure(
      setupNative(options({ env: { PATH: '' }, onProgress: ({ step }) => steps.push(step) })),
    );
    expect(error.code).toBe('DEVICE_UNAVAILABLE');
    expect(error.message).toMatch(/apt-get install g\+\+.*dnf install gcc-c\+\+.*xcode-select --install/);
    expect(steps).toEqual([]);
  });

  test('passes on what the compiler complains about', async () => {
    writeFileSync(
      join(world.root, 'compiler'),
      '#!/bin/sh\n[ "$1" = --version ] || { echo "x.cc:1: error: no C++17" >&2; exit 1; }\n',
    );
    const error = await failure(setupNative(options()));
    expect(error.message).toContain('x.cc:1: error: no C++17');
    expect(libraries()).toEqual([]);
  });

  test.each(['unpack', 'compile'] as const)('interrupted at %s, it starts again cleanly', async (at) => {
    const controller = new AbortController();
    const interrupted = options({
      signal: controller.signal,
      onProgress: ({ step }) => {
        if (step === at) controller.abort();
      },
    });
    expect((await failure(setupNative(interrupted))).code).toBe('ABORTED');
    expect(libraries()).toEqual([]);
    expect(existsSync(join(world.packageFolder, 'deps'))).toBe(false);
    expect((await setupNative(options())).cached).toBe(false);
  });

  test('clears away what a killed run left, but not what a living one is making', async () => {
    const dead = 2 ** 30; // above every process id that Linux hands out
    for (const pid of [dead, process.ppid]) mkdirSync(join(world.cache, `making-${pid}`), { recursive: true });
    mkdirSync(join(world.cache, `wheels/partial-${dead}`), { recursive: true });
    const { folder } = await setupNative(options());
    expect(readdirSync(join(world.cache, 'wheels'))).toEqual([]);
    expect(libraries().sort()).toEqual([`making-${process.ppid}`, folder.slice(world.cache.length + 1)].sort());
  });

  test('removes a library that does not work', async () => {
    const broken = new FastSAMError('DEVICE_UNAVAILABLE', 'it computes nonsense');
    expect(await failure(setupNative(options({ verify: () => Promise.reject(broken) })))).toBe(broken);
    expect(libraries()).toEqual([]);
    expect(lstatSync(join(world.packageFolder, 'lib'), { throwIfNoEntry: false })).toBeUndefined();
  });

  test('leaves a library alone that it did not make, unless forced', async () => {
    mkdirSync(join(world.packageFolder, 'lib/napi-v8'), { recursive: true });
    mkdirSync(join(world.packageFolder, 'deps'));
    const error = await failure(setupNative(options()));
    expect(error.message).toContain('--force');
    expect(lstatSync(join(world.packageFolder, 'lib')).isDirectory()).toBe(true);
    await setupNative(options({ force: true }));
    expect(lstatSync(join(world.packageFolder, 'lib')).isSymbolicLink()).toBe(true);
  });
});

describe('uninstall', () => {
  test('removes the links and the cache', async () => {
    await setupNative(options());
    expect(await uninstallNative(world)).toEqual([world.packageFolder, world.cache]);
    expect(readdirSync(world.packageFolder).sort()).toEqual(['binding', 'package.json']);
    expect(await uninstallNative(world)).toEqual([]);
  });
});
