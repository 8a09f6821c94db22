import { expect, test } from 'vitest';
import { Lifetime } from '../../src/runtime/lifetime.js';
import { nextTurn } from '../../src/platform/nextTurn.js';

/** A lifetime, and how often its resource was freed. */
function counted(): { lifetime: Lifetime; freed: () => number } {
  let count = 0;
  return { lifetime: new Lifetime(() => (count += 1), 'thing: it was disposed; load it again'), freed: () => count };
}

test('ends at once where nobody uses the resource, and only once', () => {
  const { lifetime, freed } = counted();
  lifetime.requireAlive();
  lifetime.end();
  lifetime.end();
  expect(freed()).toBe(1);
});

test('waits for the last use, also for one that fails', async () => {
  const { lifetime, freed } = counted();
  let finish: () => void = () => undefined;
  const first = lifetime.use(() => new Promise<string>((resolve) => (finish = () => { resolve('done'); }))); // prettier-ignore
  const second = lifetime.use(async () => {
    await nextTurn();
    throw new Error('broken');
  });
  const ended = lifetime.endAndWait();
  await expect(second).rejects.toThrow('broken');
  expect(freed()).toBe(0);
  finish();
  await expect(first).resolves.toBe('done');
  await ended;
  expect(freed()).toBe(1);
});

test('refuses uses after the end', async () => {
  const { lifetime, freed } = counted();
  lifetime.end();
  await expect(lifetime.use(() => Promise.resolve(1))).rejects.toMatchObject({
    code: 'DISPOSED',
    message: 'thing: it was disposed; load it again',
  });
  expect(() => {
    lifetime.requireAlive();
  }).toThrow('disposed');
  expect(freed()).toBe(1);
});

test('a turn lets timers that are due run, with setImmediate or without', async () => {
  const native = globalThis.setImmediate;
  for (const immediate of [native, undefined]) {
    let ran = false;
    (globalThis as { setImmediate?: unknown }).setImmediate = immediate;
    try {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        ran = true;
        channel.port1.close();
      };
      channel.port2.postMessage(0);
      for (let turn = 0; turn < 100; turn++) await nextTurn();
    } finally {
      globalThis.setImmediate = native;
    }
    expect(ran).toBe(true);
  }
});
