/** Threads of the WASM backend in Node: the same numbers, and a process that ends by itself. */
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { run } from '../../src/platform/native/run.js';
import { wasmThreadCount } from '../../src/platform/wasmThreads.js';

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
