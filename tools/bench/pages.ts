/**
 * Networks in a page beside those who do the same: this package, LiteRT.js and ONNX Runtime Web, on WebAssembly in headless
 * Chromium, with one thread and with two (the page isolated).
 *
 *   tools/bench/setup.sh --pages                        gets the peers first
 *   npx tsx tools/bench/pages.ts                        the shipped model and YOLOv8s-seg, 640 x 640
 *   npx tsx tools/bench/pages.ts --scales demo --rounds 3 --runs 5
 *   npx tsx tools/bench/pages.ts --json
 *
 * Each round opens a page for each contender in turn; a page warms up and then times runs of the network alone, from float
 * pixels to its outputs. All have the same weights, and must find the same prototypes. Prints medians, quartiles, ratios.
 */
import { parseArgs } from 'node:util';
import { summarize, type Summary } from '../../src/cli/bench/statistics.js';
import { ISOLATION, resultOfPage } from '../../test/support/chromium.js';
import { demoModel, liteRtModel, randomModel } from './models.js';
import { CONTENDERS, pageFiles, type Contender } from './pages/contenders.js';

const { values: args } = parseArgs({
  options: {
    scales: { type: 'string', default: 'demo,s' },
    size: { type: 'string', default: '640' },
    rounds: { type: 'string', default: '5' },
    runs: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
  },
});
const size = Number(args.size);

/** What a page measured. */
interface Measured {
  readonly ms: readonly number[];
  /** Mean size of the prototypes, which does not depend on their layout. */
  readonly prototypes: number;
  readonly isolated: boolean;
}

interface Row {
  readonly model: string;
  readonly threads: number;
  readonly contender: string;
  /** Absent where no run was asked for. */
  readonly times: Summary | undefined;
  /** Of its median to the best median among the others; only of this package's row. */
  readonly ratio?: number;
}

const THREADS = [1, 2];
/** How far prototypes may lie apart: the sizes of Winograd's and of XNNPACK's rounding errors. */
const TOLERANCE = 1e-3;

const medianOf = ({ times }: Row): number => times?.median ?? NaN;

async function measure(contender: Contender, model: string, threads: number): Promise<Measured> {
  const files = await pageFiles(contender, { model, threads, size, runs: Number(args.runs) });
  const found = await resultOfPage<Measured>(files, { ...(threads > 1 && { headers: ISOLATION }) });
  if (found.isolated !== threads > 1) throw new Error(`${contender.name}: the page is not isolated as asked`);
  return found;
}

async function compare(model: string, base: string, threads: number): Promise<Row[]> {
  const times = new Map<Contender, number[]>(CONTENDERS.map((contender) => [contender, []]));
  let expected: number | undefined;
  for (let round = 0; round < Number(args.rounds); round++) {
    for (const [contender, all] of times) {
      if (process.stderr.isTTY)
        process.stderr.write(`${model}, ${threads} threads, round ${round + 1}: ${contender.name}\n`);
      const { ms, prototypes } = await measure(contender, base, threads);
      expected ??= prototypes;
      if (Math.abs(prototypes / expected - 1) > TOLERANCE) {
        throw new Error(`${contender.name}: prototypes of mean size ${prototypes}, expected ${expected}`);
      }
      all.push(...ms);
    }
  }
  const rows = [...times].map<Row>(([{ name }, ms]) => ({
    model,
    threads,
    contender: name,
    times: summarize(ms),
  }));
  const [ours, ...others] = rows;
  return [{ ...ours, ratio: medianOf(ours) / Math.min(...others.map(medianOf)) }, ...others];
}

const rows: Row[] = [];
for (const scale of args.scales.split(',')) {
  const base = scale === 'demo' ? demoModel([size]) : randomModel(scale as 'n', [size]);
  liteRtModel(base, size);
  for (const threads of THREADS) rows.push(...(await compare(scale, base, threads)));
}
if (args.json) process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
else {
  const whole = (ms: number): string => ms.toFixed(0);
  process.stdout.write(`| model, ${size} px | threads | in the page | ms: median (quartiles) | to the best other |\n`);
  process.stdout.write('| --- | --- | --- | --- | --- |\n');
  for (const { model, threads, contender, times, ratio } of rows) {
    const cells = [
      model,
      threads,
      contender,
      times ? `${whole(times.median)} (${whole(times.low)}–${whole(times.high)})` : '',
    ];
    process.stdout.write(`| ${[...cells, ratio?.toFixed(2) ?? ''].join(' | ')} |\n`);
  }
}
