import { expect, test } from 'vitest';
import { fuzzCheckpoints } from '../../tools/fuzz/checkpointRun.js';
import { checkpointSeeds } from '../../tools/fuzz/checkpointSeeds.js';

test('answers 2,000 mutated checkpoints with tensors or a FastSAMError', async () => {
  const seeds = checkpointSeeds();
  const now = (): number => performance.now();
  const report = await fuzzCheckpoints(seeds, { firstSeed: 1_000_000, count: 2_000, now, deadline: now() + 45_000 });
  expect(report.faults).toEqual([]);
  // A mutation that never or always hits nothing would test nothing.
  const read = [...report.outcomes.values()].reduce((sum, outcome) => sum + outcome.read, 0);
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(report.cases);
});
