/** Threads of the WASM backend in Node: the same numbers, and a process that ends by itself. */
import os from 'node:os';
import vm from 'node:vm';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { run } from '../../src/platform/native/run.js';
import { MAKE_WRITABLE, wasmThreadCount } from '../../src/platform/wasmThreads.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the number of threads', () => {
  test('is one a core, at most 8', () => {
    vi.stubEnv('FASTSAM_WASM_THREADS', undefined);
    expect(wasmThreadCount()).toBe(Math.min(8, os.availableParallelism()));
  });

  test.each([
    ['1', 1],
    ['3', 3],
    ['8', 8],
    ['64', 8],
    ['0', 1],
    ['-2', 1],
    ['2.5', 1],
    ['many', 1],
  ])('FASTSAM_WASM_THREADS=%s gives %i', (text, count) => {
    vi.stubEnv('FASTSAM_WASM_THREADS', text);
    expect(wasmThreadCount()).toBe(count);
  });
});

describe("a worker's globals with only a getter, as Deno has them", () => {
  const setGlobals = "Object.assign(globalThis, { location: { href: 'worker.js' }, self: globalThis });";
  const deno = () => {
    const context = vm.createContext({});
    vm.runInContext(
      "Object.defineProperty(globalThis, 'location', { get: () => 'deno', configurable: true });",
      context,
    );
    vm.runInContext("Object.defineProperty(Object.prototype, 'self', { get: () => 1, configurable: true });", context);
    return context;
  };

  test('refuse the script without the mend, and take it with it', () => {
    expect(() => {
      vm.runInContext(`'use strict'; ${setGlobals}`, deno());
    }).toThrow(/Cannot set property (location|self)/);
    const context = deno();
    vm.runInContext(MAKE_WRITABLE, context);
    expect(vm.runInContext('location', context)).toBe('deno'); // it stays what it was until it is set
    expect(vm.runInContext(`'use strict'; ${setGlobals} location.href`, context)).toBe('worker.js');
  });
});

describe('a process', () => {
  const child = fileURLToPath(new URL('wasmThreadsChild.ts', import.meta.url));

  async function compute(threads: string): Promise<{ digest: string; workers: number; intact: boolean }> {
    const env = { ...process.env, FASTSAM_WASM_THREADS: threads };
    const { code, stdout, stderr } = await run(process.execPath, ['--import', 'tsx', child], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as { digest: string; workers: number; intact: boolean };
  }

  test('computes the same bits with one thread, two and three, ends by itself, and gets its globals back', async () => {
    const [one, two, three] = await Promise.all(['1', '2', '3'].map(compute));
    expect(one.workers).toBe(0);
    expect(two.workers).toBeGreaterThan(1);
    expect(three.workers).toBeGreaterThan(1);
    expect(two.digest).toBe(one.digest);
    expect(three.digest).toBe(one.digest);
    expect([one, two, three].map(({ intact }) => intact)).toEqual([true, true, true]);
  });
});
