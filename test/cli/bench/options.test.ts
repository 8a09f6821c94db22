import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import '../../../src/index.js';
import { benchCommand } from '../../../src/cli/bench.js';
import { countThreads, specOf, variantsOf } from '../../../src/cli/bench/contenders.js';
import { listOption, wholeListOption } from '../../../src/cli/bench/lists.js';
import { confidenceFor } from '../../../src/cli/bench/suite.js';

describe('lists', () => {
  test('takes words of a set, each once, with blanks around them', () => {
    expect(listOption(['n', 's', 'x'])('s, n')).toEqual(['s', 'n']);
    expect(listOption(['n', 's', 'x'])('s,n,s')).toEqual(['s', 'n']);
  });

  test.each(['', 'n,', 'q', 'n;s'])('refuses %j', (text) => {
    expect(() => listOption(['n', 's'])(text)).toThrow(InvalidArgumentError);
  });

  test('takes whole numbers of a range', () => {
    expect(wholeListOption(32, 1024)('640,32,1024')).toEqual([640, 32, 1024]);
  });

  test.each(['', '31', '1025', '640,', '64.5', 'many', '0x'])('refuses %j as numbers from 32 to 1024', (text) => {
    expect(() => wholeListOption(32, 1024)(text)).toThrow(InvalidArgumentError);
  });
});

describe('variantsOf', () => {
  const all = { threads: [2] };

  test('has every number format of a device that the processor computes in', () => {
    const labels = (bfloat16: boolean) => variantsOf(['native-cpu', 'wasm'], bfloat16, all).map(({ label }) => label);
    expect(labels(true)).toEqual(['native-cpu fp32', 'native-cpu bf16', 'wasm, 2 threads']);
    expect(labels(false)).toEqual(['native-cpu fp32', 'wasm, 2 threads']);
  });

  test('has half precision on GPUs', () => {
    expect(variantsOf(['native-gpu'], false, all).map(({ precision }) => precision)).toEqual(['fp32', 'fp16']);
  });

  test('keeps to the devices and precisions that were asked for', () => {
    const selection = { devices: ['native-cpu'], precisions: ['bf16'], threads: [1] } as const;
    expect(variantsOf(['native-cpu', 'wasm'], true, selection).map(({ label }) => label)).toEqual(['native-cpu bf16']);
    expect(variantsOf(['wasm'], true, selection)).toEqual([]);
  });

  test('runs WebAssembly with every number of threads', () => {
    const variants = variantsOf(['wasm'], false, { threads: [1, 4] });
    expect(variants.map(({ label }) => label)).toEqual(['wasm, 1 thread', 'wasm, 4 threads']);
    expect(specOf(variants[1], 'demo').env).toEqual({ FASTSAM_WASM_THREADS: '4' });
  });

  test('tells a worker what to load', () => {
    const [variant] = variantsOf(['native-cpu'], false, all);
    const { command } = specOf(variant, 'demo', (script) => ['node', script]);
    expect(command.slice(0, 2)).toEqual(['node', 'worker']);
    expect(JSON.parse(command[2])).toEqual({ model: 'demo', device: 'native-cpu', precision: 'fp32' });
  });
});

describe('confidenceFor', () => {
  test('lies between the last score that is wanted and the next', () => {
    expect(confidenceFor([0.9, 0.5, 0.1], 1)).toBeCloseTo(0.7, 12);
    expect(confidenceFor([0.9, 0.5, 0.1], 2)).toBeCloseTo(0.3, 12);
  });

  test('takes everything where there are not more', () => {
    expect(confidenceFor([0.9, 0.5], 2)).toBe(0.001);
    expect(confidenceFor([], 1)).toBe(0.001);
  });
});

test('counts threads in English', () => {
  expect([countThreads(1), countThreads(2)]).toEqual(['1 thread', '2 threads']);
});

describe('fastsam bench', () => {
  const parse = (...args: string[]) =>
    benchCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .parseAsync(args, { from: 'user' });

  test.each([
    ['--device', 'tpu'],
    ['--scale', 'z'],
    ['--size', '0'],
    ['--only', 'speed'],
    ['--rounds', '0'],
    ['--precision', 'auto'],
  ])('refuses %s %s', async (option, value) => {
    await expect(parse(option, value)).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });

  test('says when nothing that was asked for is present', async () => {
    await expect(parse('--device', 'wasm', '--precision', 'fp16')).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
    });
  });
});
