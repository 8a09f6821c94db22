/**
 * Whether parsers of text take time in proportion to its length: times doubling lengths of hostile texts and prints the
 * exponent (1: linear, 2: quadratic). Over 1.5 fails.
 *
 *     npx tsx tools/fuzz/linear.ts [--only PARSER] [--most 1048576]
 */
import { parseArgs } from 'node:util';
import { linearCases, type LinearCase } from './linearParsers.js';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, most: { type: 'string', default: '1048576' } },
});
const MOST = Number(values.most);
const SHORTEST = 4_096;
/** Below this the clock and the compiler are measured. */
const LEAST_MS = 10;
/** A text that takes longer ends the doubling. */
const ENOUGH_MS = 2_000;
const STEEPEST = 1.5;

/** Milliseconds of the quickest of some runs; what the parser throws does not matter. */
async function timeOf({ run }: LinearCase, text: string): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < 3 && best > LEAST_MS / 4; i++) {
    const start = performance.now();
    try {
      await run(text);
    } catch {
      // A refusal is an answer.
    }
    const took = performance.now() - start;
    best = Math.min(best, took);
    if (took > ENOUGH_MS / 4) break;
  }
  return best;
}

interface Growth {
  readonly exponent: number;
  readonly length: number;
  readonly milliseconds: number;
}

/** The steepest doubling among those that take long enough to tell. */
async function growthOf(tried: LinearCase): Promise<Growth> {
  const times: { length: number; ms: number }[] = [];
  for (let length = SHORTEST; length <= MOST; length *= 2) {
    const text = tried.text(length);
    times.push({ length: text.length, ms: await timeOf(tried, text) });
    if (times[times.length - 1].ms > ENOUGH_MS) break;
  }
  const last = times[times.length - 1];
  const long = times.filter(({ ms }) => ms >= LEAST_MS);
  const first = long.at(-3) ?? long.at(0) ?? last;
  const exponent = first === last ? 0 : Math.log(last.ms / first.ms) / Math.log(last.length / first.length);
  return { exponent, length: last.length, milliseconds: last.ms };
}

let steep = 0;
for (const tried of linearCases().filter(({ name }) => name.includes(values.only))) {
  const { exponent, length, milliseconds } = await growthOf(tried);
  const bad = exponent > STEEPEST;
  if (bad) steep++;
  const verdict = exponent === 0 ? 'quick' : exponent.toFixed(2);
  console.log(
    `${bad ? 'STEEP ' : '      '}${tried.name.padEnd(34)} ${verdict.padStart(6)}  ${milliseconds.toFixed(1)} ms at ${length}`,
  );
}
console.log(`steeper than ${STEEPEST}: ${steep}`);
process.exitCode = steep > 0 ? 1 : 0;
