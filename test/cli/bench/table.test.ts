import { describe, expect, test } from 'vitest';
import type { TimedRow } from '../../../src/cli/bench/suite.js';
import { markdownTable, spread, textRow, textTable, timedTable } from '../../../src/cli/bench/table.js';

const row: TimedRow = {
  kind: 'network',
  title: 'network, 64x64',
  model: 'n',
  measured: [
    { label: 'ours', description: '', wall: [10, 12, 14], cpu: [20, 20, 20] },
    { label: 'theirs', description: '', wall: [20, 24, 28], cpu: [10, 10, 10] },
  ],
  refused: [{ label: 'third', reason: 'its results differ' }],
};

describe('textTable', () => {
  test('aligns the first column left and the others right', () => {
    const table = textTable({
      head: ['', 'ms'],
      body: [
        ['a', '1'],
        ['long', '1000'],
      ],
    });
    expect(table).toBe('        ms\na        1\nlong  1000');
  });
});

describe('markdownTable', () => {
  test('marks the alignment and escapes bars', () => {
    expect(markdownTable({ head: ['', 'ms'], body: [['a|b', '1']] })).toBe('|  | ms |\n| --- | ---: |\n| a\\|b | 1 |');
  });
});

describe('timedTable', () => {
  test('gives medians, quartiles and the ratios to the baseline', () => {
    const { head, body } = timedTable(row, 'theirs');
    expect(head).toEqual(['', 'wall ms', 'least', 'CPU ms', 'wall ratio', 'CPU ratio', 'rounds']);
    expect(body).toEqual([
      ['ours', '12.0 (11.0–13.0)', '10.0', '20.0 (20.0–20.0)', '0.50', '2.00', '3'],
      ['theirs', '24.0 (22.0–26.0)', '20.0', '10.0 (10.0–10.0)', '1.00', '1.00', '3'],
    ]);
  });

  test('has no ratios where the baseline was not measured', () => {
    expect(timedTable(row, 'third').head).toEqual(['', 'wall ms', 'least', 'CPU ms', 'rounds']);
  });
});

describe('textRow', () => {
  test('says what was not measured and why', () => {
    expect(textRow(row).split('\n').at(-1)).toBe('  third: not measured, its results differ');
  });

  test('writes peak memory in megabytes', () => {
    const text = textRow({
      kind: 'memory',
      title: 'peak memory',
      model: 's',
      peaks: [{ label: 'a', bytes: 1.5e9 }],
      refused: [],
    });
    expect(text).toBe('s: peak memory\n     peak MB\n  a     1500');
  });
});

test('shows a dash for what was not measured', () => {
  expect(spread(undefined)).toBe('–');
});
