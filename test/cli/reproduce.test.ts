/** `fastsam reproduce`: the same images several ways. */
import { expect, test } from 'vitest';
import { fastsam, fastsamHere } from '../support/cli.js';
import { repository } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const image = repository('test/golden/scenes/coins.png');

test('says which bits are the same, and how far others are', async () => {
  const run = await fastsam(['reproduce', image, '--imgsz', '64', '--ways', 'wasm, 1 thread', '--json']);
  expect(run.code, run.stderr).toBe(0);
  const { ways } = JSON.parse(run.stdout) as { ways: Record<string, unknown>[] };
  expect(ways.map(({ way }) => way)).toEqual(['wasm, 1 thread', 'wasm, 1 thread, again', 'wasm, 1 thread, batch 4']);
  expect(ways[0]).toMatchObject({ prototypes: 0, leastIou: 1 });
  expect(ways[0]).not.toHaveProperty('sameBits');
  expect(ways[1]).toMatchObject({ like: 'wasm, 1 thread', sameBits: true, prototypes: 0, meanIou: 1, leastIou: 1 });
});

test.each([
  [['--ways', 'quantum'], 'got "quantum", expected the beginning of one of native-cpu;'],
  [['--data', 'x.json'], 'got one of --data and --images, expected both or neither'],
])('%j is refused', async (more, message) => {
  const run = await fastsamHere(['reproduce', image, ...more], folder);
  expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(message)]);
});
