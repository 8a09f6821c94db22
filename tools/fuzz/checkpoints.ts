/**
 * Fuzzes the checkpoint readers with mutations of the golden checkpoints: .pt, TorchScript, safetensors, ONNX.
 *
 *     npx tsx tools/fuzz/checkpoints.ts [--count 100000] [--seconds S] [--seed K]
 *
 * Prints what was read and refused by kind of mutation, the slowest case and the peak of memory; exits with 1 when
 * anything but a result or a FastSAMError came out: also for a message with control characters, a TypeError or RangeError
 * underneath, something printed, or a case of more than 10 s. A case is repeated by `--seed` with its number and `--count 1`.
 */
import { parseArgs } from 'node:util';
import { fuzzCheckpoints, makeCase } from './checkpointRun.js';
import { checkpointSeeds } from './checkpointSeeds.js';

/** A case that takes longer is a fault: a zip bomb of the largest kind takes some 2 s. */
const MOST_MS = 10_000;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const seeds = checkpointSeeds();
const now = (): number => performance.now();
const firstSeed = Number(values.seed);
const start = now();
const report = await fuzzCheckpoints(seeds, {
  firstSeed,
  count: Number(values.count),
  now,
  most: MOST_MS,
  deadline: values.seconds === undefined ? Infinity : start + Number(values.seconds) * 1000,
});
const { slowest } = report;
console.log(`${report.cases} cases from seed ${firstSeed} in ${((now() - start) / 1000).toFixed(1)} s`);
for (const [name, { read, refused, milliseconds }] of [...report.outcomes].sort())
  console.log(`  ${name}: ${read} read, ${refused} refused, ${(milliseconds / (read + refused)).toFixed(2)} ms each`);
console.log(
  `slowest: ${slowest.milliseconds.toFixed(0)} ms, seed ${slowest.seed} (${slowest.kind}, ${makeCase(seeds, slowest.seed).bytes.length} bytes)`,
);
console.log(`peak memory: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
for (const fault of report.faults.slice(0, 20)) console.log(`FAULT seed ${fault.seed} (${fault.kind}):`, fault.error);
console.log(`faults: ${report.faults.length}`);
process.exitCode = report.faults.length > 0 ? 1 : 0;
