/** The WebAssembly that is written is what the engine runs. */
import { describe, expect, test } from 'vitest';
import { FunctionWriter, I32, moduleBytes, V128 } from '../../src/runtime/assembler.js';

const PAGE = 65_536;

/** Runs one function on a memory of two pages, as floats. */
async function run(writer: FunctionWriter, args: readonly number[] = [], shared = false): Promise<Float32Array> {
  const memory = new WebAssembly.Memory(shared ? { initial: 2, maximum: 65_536, shared } : { initial: 2 });
  const module = await WebAssembly.compile(moduleBytes({ run: writer }, { shared }));
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  new Float32Array(memory.buffer).set([1, 2, 3, 4, 10, 20, 30, 40]);
  (exports.run as (...args: number[]) => void)(...args);
  return new Float32Array(memory.buffer);
}

describe('the assembler', () => {
  test.each([0, 16, 48, 64, 112, 128, 8176, 8192, PAGE, PAGE + 160])('constants: an address of %i', async (address) => {
    const memory = await run(new FunctionWriter(0).get(address).splat(1.5).storeVector());
    expect(Array.from(memory.subarray(address / 4, address / 4 + 4))).toEqual([1.5, 1.5, 1.5, 1.5]);
  });

  test.each([-1, -16, -64, -65, -128, -8192, -8193])('constants: %i', async (value) => {
    const memory = await run(new FunctionWriter(1).total({ index: 0 }, value).splat(7).storeVector(), [32 - value]);
    expect(memory[8]).toBe(7);
  });

  test('sums, differences and products of vectors', async () => {
    const writer = new FunctionWriter(0);
    const [a, b] = [writer.local(V128), writer.local(V128)];
    writer.get(0).loadVector().set(a).get(0).loadVector(16).set(b);
    writer.get(32).get(a).get(b).f32x4('add').storeVector();
    writer.get(32).get(b).get(a).f32x4('sub').storeVector(16);
    writer.get(32).get(a).get(b).f32x4('mul').storeVector(32);
    const memory = await run(writer);
    expect(Array.from(memory.subarray(8, 12))).toEqual([11, 22, 33, 44]);
    expect(Array.from(memory.subarray(12, 16))).toEqual([9, 18, 27, 36]);
    expect(Array.from(memory.subarray(16, 20))).toEqual([10, 40, 90, 160]);
  });

  test.each([
    [32, 96, 16, 4],
    [32, 97, 16, 5],
    [32, 32, 16, 0],
    [48, 32, 16, 0],
  ])('a loop from %i below %i by %i runs %i times', async (from, to, step, times) => {
    const writer = new FunctionWriter(2);
    const [start, end] = writer.arguments();
    const counter = writer.local(I32);
    writer.loop(counter, start, end, step, () => {
      writer.get(counter).splat(1).storeVector();
    });
    const memory = await run(writer, [from, to]);
    expect(memory.subarray(8).reduce((sum, value) => sum + value, 0)).toBe(4 * times);
  });

  test('a choice: the first where the condition holds, unsigned', async () => {
    const choose = async (x: number): Promise<number> => {
      const writer = new FunctionWriter(1);
      const [value] = writer.arguments();
      writer.get(32).get(48).get(value).get(5).i32('lt_u').select().splat(1).storeVector();
      return (await run(writer, [x]))[8];
    };
    expect([await choose(4), await choose(5), await choose(-1)]).toEqual([1, 0, 0]);
  });

  test('memory that threads share', async () => {
    expect((await run(new FunctionWriter(0).get(64).splat(3).storeVector(), [], true))[16]).toBe(3);
  });
});
