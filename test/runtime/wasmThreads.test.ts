/** Threads of the WASM backend in Node: the same numbers, and a process that ends by itself. */
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { run } from '../../src/platform/native/run.js';
import { wasmThreadCount } from '../../src/platform/wasm/node.js';

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

  interface Computed {
    readonly digest: string;
    readonly workers: number;
    readonly intact: boolean;
    readonly note?: string;
  }

  async function compute(threads: string): Promise<Computed> {
    const env = { ...process.env, FASTSAM_WASM_THREADS: threads };
    const { code, stdout, stderr } = await run(process.execPath, ['--import', 'tsx', child], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as Computed;
  }

  test('computes the same bits with one thread, two, three and five, ends by itself, and gets its globals back', async () => {
    const runs = await Promise.all(['1', '2', '3', '5'].map(compute));
    expect(runs.map(({ workers }) => workers)).toEqual([0, 1, 2, 4]);
    expect(runs.map(({ digest }) => digest)).toEqual(runs.map(() => runs[0].digest));
    expect(runs.map(({ intact }) => intact)).toEqual([true, true, true, true]);
  });

  test('has one thread, and says why, where threads do not start', async () => {
    const { workers, note, digest } = await compute('broken');
    expect(workers).toBe(0);
    expect(note).toBe('wasm on one thread of 2: its threads do not start (no such script)');
    expect(digest).toBe((await compute('1')).digest);
  });
});
