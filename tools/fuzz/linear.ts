/**
 * Whether parsers of text take time in proportion to its length: times doubling lengths of hostile texts and prints the
 * exponent (1: linear, 2: quadratic). One above 1.5 fails, unless longer texts are refused. What is measured is processor
 * time, so that other programs change little.
 *
 *     npx tsx tools/fuzz/linear.ts [--only PARSER] [--most 1048576]
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseArgs } from 'node:util';
import { loadTokenizer } from '../../src/clip/text/tokenizer.js';
import { linearCases, type LinearCase } from './linearParsers.js';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, most: { type: 'string', default: '1048576' } },
});
const MOST = Number(values.most);
const SHORTEST = 4_096;
/** Below this the clock and the compiler are measured. */
const LEAST_MS = 4;
/** A text that takes longer ends the doubling. */
const ENOUGH_MS = 1_000;
/** Caches that fill up and objects that grow old give up to 1.4 on a busy machine; what is quadratic gives 1.9 and more. */
const STEEPEST = 1.5;
/** An exponent is drawn through so many doublings at least, and at most. */
const [FEWEST, MOST_POINTS] = [3, 4];
/** What looks steep is tried with so much longer texts: where caches and young objects no longer do, it is linear again. */
const LONGER = 8;
/** A parser that refuses all that would take longer is no danger. */
const HARMLESS_MS = 100;

interface Point {
  readonly length: number;
  readonly ms: number;
}

setFlagsFromString('--expose-gc');
/** Collects garbage, so that none of the case before is collected in the time of the next. */
const collect = runInNewContext('gc') as () => void;

/** Milliseconds of the quickest of some runs; what the parser throws does not matter. */
async function timeOf({ run }: LinearCase, text: string): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const start = process.cpuUsage();
    try {
      await run(text);
    } catch {
      // A refusal is an answer.
    }
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
    if (best > ENOUGH_MS / 4 || (i === 0 && best < LEAST_MS / 2)) break;
  }
  return best;
}

async function timesOf(tried: LinearCase, most: number): Promise<Point[]> {
  const times: Point[] = [];
  for (let length = SHORTEST; length <= most; length *= 2) {
    const text = tried.text(length);
    if (length > MOST / 64) collect();
    times.push({ length: text.length, ms: await timeOf(tried, text) });
    if (times[times.length - 1].ms > ENOUGH_MS) break;
  }
  return times;
}

/**
 * The slope of the line through the last points, both axes logarithmic; undefined where all is too quick to tell. Points
 * behind the slowest do not count: there the text is refused for its length.
 */
function exponentOf(times: readonly Point[]): number | undefined {
  const slowest = times.reduce((at, { ms }, i) => (ms > times[at].ms ? i : at), 0);
  const points = times
    .slice(0, slowest + 1)
    .filter(({ ms }) => ms >= LEAST_MS)
    .slice(-MOST_POINTS);
  if (points.length < FEWEST) return undefined;
  const xs = points.map(({ length }) => Math.log(length));
  const ys = points.map(({ ms }) => Math.log(ms));
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [x, y] = [mean(xs), mean(ys)];
  const rise = xs.reduce((sum, each, i) => sum + (each - x) * (ys[i] - y), 0);
  return rise / xs.reduce((sum, each) => sum + (each - x) ** 2, 0);
}

let steep = 0;
const start = performance.now();
const cases = linearCases().filter(({ name }) => name.includes(values.only));
await loadTokenizer(); // its time is no text's
for (const tried of cases) {
  let times = await timesOf(tried, MOST);
  let exponent = exponentOf(times);
  if (exponent !== undefined && exponent > STEEPEST) {
    times = await timesOf(tried, LONGER * MOST);
    exponent = Math.min(exponent, exponentOf(times) ?? exponent);
  }
  const slowest = times.reduce((a, b) => (b.ms > a.ms ? b : a));
  const bad = exponent !== undefined && exponent > STEEPEST && slowest.ms > HARMLESS_MS;
  if (bad) steep++;
  console.log(
    `${bad ? 'STEEP ' : '      '}${tried.name.padEnd(36)} ${(exponent?.toFixed(2) ?? 'quick').padStart(6)}  ${slowest.ms.toFixed(1)} ms at ${slowest.length}`,
  );
}
console.log(
  `${cases.length} cases, ${((performance.now() - start) / 1000).toFixed(0)} s; steeper than ${STEEPEST}: ${steep}`,
);
process.exitCode = steep > 0 || cases.length === 0 ? 1 : 0;
