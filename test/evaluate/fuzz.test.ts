import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DATA_FORMATS, fuzzData } from '../../tools/fuzz/dataRun.js';
import { goldenPath } from '../support/golden.js';

test('2,000 damaged data files end in a result or a FastSAMError, and print nothing', async () => {
  const mats = ['plain', 'packed'].map((name) => new Uint8Array(readFileSync(goldenPath(`bsds/mat/${name}.mat`))));
  const { cases, failures, outcomes } = await fuzzData(mats, { firstSeed: 1_000_000, count: 2000 });
  expect(failures).toEqual([]);
  expect([cases, [...outcomes.keys()].sort()]).toEqual([2000, [...DATA_FORMATS].sort()]);
  // The cases are worth something only if some of them are still read.
  for (const { read, refused } of outcomes.values()) {
    expect(read).toBeGreaterThan(5);
    expect(refused).toBeGreaterThan(50);
  }
});
