import { describe, expect, test } from 'vitest';
import type { BenchRow, TimedRow } from '../../src/cli/bench/suite.js';
import { OURS, TITLE, verdicts } from '../../tools/bench/budgets.js';
import { PEER } from '../../tools/bench/peers.js';
import { plot, report, withReport, type Run } from '../../tools/bench/report.js';
import { barChart } from '../../tools/bench/svg.js';

function timed(
  title: string,
  times: Record<string, number[]>,
  kind: TimedRow['kind'] = 'network',
  model = 's',
): TimedRow {
  const measured = Object.entries(times).map(([label, wall]) => ({
    label,
    description: label.startsWith('fastsam') ? 'native-cpu' : `${label} 1.0`,
    wall,
    cpu: wall.map((ms) => 2 * ms),
  }));
  return { kind, title, model, measured, refused: [] };
}

const rows: BenchRow[] = [
  timed(TITLE.network640, { [OURS.fp32]: [9, 9, 9], [OURS.bf16]: [6, 6, 6], [PEER.ort]: [10, 10, 10] }),
  timed(`${TITLE.wasm(1)}, 640x640`, { [OURS.wasm(1)]: [7], [`${PEER.ortWeb}, 1 thread`]: [10] }),
  { kind: 'memory', title: 'peak memory, 4K', model: 's', peaks: [{ label: OURS.fp32, bytes: 1.6e9 }], refused: [] },
  timed('process start to first mask', { [OURS.fp32]: [1900, 2100, 1950] }, 'start', 'demo'),
];
const run: Run = {
  machine: 'a machine',
  date: '2026-01-02T03:04:05Z',
  command: 'bench',
  commit: 'abc',
  minutes: 5,
  load: 0.1,
  rows,
};

describe('verdicts', () => {
  const find = (text: string) => verdicts(rows).find(({ promise }) => promise.includes(text));

  test('compares the median of the ratios with the limit', () => {
    expect(find('network in float32')).toMatchObject({ limit: 1, measured: 0.9, cpu: 0.9, unit: 'ratio' });
    expect(find('network in bfloat16')).toMatchObject({ limit: 0.55, measured: 0.6 });
    expect(find('1 thread')).toMatchObject({ limit: 0.8, measured: 0.7 });
  });

  test('takes seconds and gigabytes as they are', () => {
    expect(find('first mask')).toMatchObject({ limit: 2, measured: 1.95, unit: 's' });
    expect(find('peak memory')).toMatchObject({ limit: 1.5, measured: 1.6, unit: 'GB' });
  });

  test('says nothing of what was not measured', () => {
    expect(find('2 threads')?.measured).toBeUndefined();
    expect(verdicts([]).every(({ measured }) => measured === undefined)).toBe(true);
  });
});

describe('report', () => {
  test('says which promises are kept', () => {
    const lines = report(run).split('\n');
    const line = (text: string) => lines.find((each) => each.includes(text));
    expect(line('network in float32')).toBe('| network in float32, against ONNX Runtime | 1.00 | 0.90 | 0.90 | kept |');
    expect(line('network in bfloat16')).toContain('| missed |');
    expect(line('WebAssembly, 2 threads, against')).toContain('| not measured |');
    expect(line('peers:')).toBe('- peers: ONNX Runtime 1.0; ONNX Runtime Web, 1 thread 1.0');
  });

  test('replaces its part of the document and leaves the rest', () => {
    const begin = '<!-- measured: made by tools/bench/run.ts, do not edit from here -->';
    const end = '<!-- measured: to here -->';
    const document = withReport(`before\n${begin}\nold\n${end}\nafter\n`, run);
    expect(document).toMatch(/^before\n/);
    expect(document).toMatch(/\nafter\n$/);
    expect(document).not.toContain('old');
    expect(withReport(document, run)).toBe(document);
    expect(() => withReport('no marks', run)).toThrow('lacks the lines');
  });
});

describe('barChart', () => {
  test('draws bars in proportion, ours in their own colour', () => {
    const bar = { low: 1, high: 10 };
    const svg = barChart([
      {
        title: 'a < b & "c"',
        unit: 'ms',
        bars: [
          { label: 'ours', value: 5, ours: true, ...bar },
          { label: 'theirs', value: 10, ours: false, ...bar },
        ],
      },
    ]);
    const widths = [...svg.matchAll(/<rect x="\d+" y="\d+" width="([\d.]+)".*?fill="(#\w+)"/g)];
    expect(widths).toHaveLength(2);
    expect(Number(widths[1][1])).toBeCloseTo(2 * Number(widths[0][1]), 0);
    expect(widths[0][2]).not.toBe(widths[1][2]);
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
  });

  test('has a panel for every timed row of the plot', () => {
    const svg = plot(run);
    expect([...svg.matchAll(/font-weight="bold"/g)]).toHaveLength(3);
    expect(svg).toContain('process start to first mask');
  });
});
