/** What this package promises about its speed, and whether the measurements keep it. */
import type { Measured } from '../../src/cli/bench/interleave.js';
import { pairedRatio, summarize } from '../../src/cli/bench/statistics.js';
import type { BenchRow, TimedRow } from '../../src/cli/bench/suite.js';
import { PEER } from './peers.js';

/** A promise and what was measured. */
export interface Verdict {
  readonly promise: string;
  /** What the measured number has to stay below or at. */
  readonly limit: number;
  /** In wall time, or bytes. Undefined where something that is needed was not measured. */
  readonly measured: number | undefined;
  /** The same in CPU time, where there is such a thing. */
  readonly cpu?: number | undefined;
  readonly unit: 'ratio' | 's' | 'GB';
}

/** Where the rows of a run are found again. */
export const TITLE = {
  network640: 'network, 640x640',
  wasm: (threads: number) => `WebAssembly, ${String(threads)} thread${threads === 1 ? '' : 's'}`,
};

/** Labels of ours in the tables. */
export const OURS = {
  fp32: 'fastsam-tfjs native-cpu fp32',
  bf16: 'fastsam-tfjs native-cpu bf16',
  wasm: (threads: number) => `fastsam-tfjs wasm, ${String(threads)} thread${threads === 1 ? '' : 's'}`,
};

/** The promises, in the order of the table. */
export function verdicts(rows: readonly BenchRow[]): Verdict[] {
  const timed = rows.filter((row) => row.kind !== 'memory');
  const small = timed.filter(({ model }) => model === 's');
  const network = small.find(({ title }) => title === TITLE.network640);
  const ratio = (promise: string, limit: number, row: TimedRow | undefined, ours: string, peer: string): Verdict => {
    return { promise, limit, unit: 'ratio', ...ratios(row, ours, peer) };
  };
  return [
    ratio('network in float32, against ONNX Runtime', 1, network, OURS.fp32, PEER.ort),
    ratio('network in bfloat16, against ONNX Runtime', 0.55, network, OURS.bf16, PEER.ort),
    ...small
      .filter(({ kind }) => kind === 'segment')
      .flatMap((row) =>
        // Ultralytics on all cores is a second row where there is more than one.
        [PEER.ultralytics, PEER.ultralyticsAll]
          .filter((peer) => peer === PEER.ultralytics || find(row, peer))
          .flatMap((peer) => [
            ratio(`${row.title}, float32, against ${peer}`, 0.5, row, OURS.fp32, peer),
            ratio(`${row.title}, bfloat16, against ${peer}`, 0.5, row, OURS.bf16, peer),
          ]),
      ),
    startVerdict(timed.find(({ kind }) => kind === 'start')),
    memoryVerdict(rows),
    ...[1, 2].map((threads) => {
      const row = small.find(({ title }) => title.startsWith(TITLE.wasm(threads)) && title.includes('640'));
      const peer = `${PEER.ortWeb}, ${TITLE.wasm(threads).split(', ')[1]}`;
      return ratio(`${TITLE.wasm(threads)}, against ONNX Runtime Web`, 0.8, row, OURS.wasm(threads), peer);
    }),
  ];
}

function ratios(row: TimedRow | undefined, ours: string, peer: string): Pick<Verdict, 'measured' | 'cpu'> {
  const [a, b] = [find(row, ours), find(row, peer)];
  if (!a || !b) return { measured: undefined };
  return { measured: pairedRatio(a.wall, b.wall)?.median, cpu: pairedRatio(a.cpu, b.cpu)?.median };
}

function startVerdict(row: TimedRow | undefined): Verdict {
  const ours = find(row, OURS.fp32);
  const seconds = (values: readonly number[] | undefined) => {
    const median = summarize(values ?? [])?.median;
    return median === undefined ? undefined : median / 1000;
  };
  return {
    promise: 'process start to first mask, demo model, float32',
    limit: 2,
    unit: 's',
    measured: seconds(ours?.wall),
    cpu: seconds(ours?.cpu),
  };
}

function memoryVerdict(rows: readonly BenchRow[]): Verdict {
  const row = rows.find((each) => each.kind === 'memory');
  const bytes = row?.peaks.find(({ label }) => label === OURS.fp32)?.bytes;
  return {
    promise: `${row?.title ?? 'peak memory'}, float32`,
    limit: 1.5,
    unit: 'GB',
    measured: bytes === undefined ? undefined : bytes / 1e9,
  };
}

function find(row: TimedRow | undefined, label: string): Measured | undefined {
  return row?.measured.find((each) => each.label === label);
}
