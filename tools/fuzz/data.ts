/**
 * Fuzzes the readers of data sets: yaml and label files, COCO annotations, a detector's boxes, hints, MAT-files.
 *
 *     npx tsx tools/fuzz/data.ts [--count 20000] [--seed K] [--format yaml,coco]
 *
 * Prints what was read and refused by format and the slowest case; exits with 1 when anything but a result or a
 * FastSAMError came out, a foreign error is hidden in one, or something was printed, took long or had control characters
 * in its message. A case is repeated by `--seed` with its number and `--count 1`, with the same `--format`.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DATA_FORMATS, fuzzData } from './dataRun.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    format: { type: 'string', default: DATA_FORMATS.join(',') },
  },
});
const mats = ['plain', 'packed'].map(
  (name) => new Uint8Array(readFileSync(new URL(`../../test/golden/bsds/mat/${name}.mat`, import.meta.url))),
);
const start = performance.now();
const report = await fuzzData(mats, {
  firstSeed: Number(values.seed),
  count: Number(values.count),
  formats: values.format.split(','),
});
console.log(`${report.cases} cases from seed ${values.seed} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
for (const [format, { read, refused }] of [...report.outcomes].sort()) {
  console.log(`  ${format}: ${read} read, ${refused} refused`);
}
const { slowest } = report;
console.log(`slowest: ${slowest.milliseconds.toFixed(0)} ms, seed ${slowest.seed} (${slowest.format})`);
for (const failure of report.failures.slice(0, 20)) console.log(`FAILURE ${failure}`);
console.log(`failures: ${report.failures.length}`);
process.exitCode = report.failures.length > 0 ? 1 : 0;
