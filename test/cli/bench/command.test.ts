import { describe, expect, test } from 'vitest';
import { fastsam } from '../../support/cli.js';

interface Printed {
  readonly rows: readonly {
    readonly kind: string;
    readonly title: string;
    readonly measured?: readonly { readonly label: string; readonly wall: readonly number[] }[];
    readonly refused: readonly unknown[];
  }[];
}

describe('fastsam bench', () => {
  test('measures in a process of its own and prints JSON', async () => {
    const options = ['--device', 'wasm', '--threads', '1', '--rounds', '1', '--size', '64', '--imgsz', '64'];
    const { code, stdout, stderr } = await fastsam([
      'bench',
      ...options,
      '--objects',
      '2',
      '--only',
      'network,segment',
      '--json',
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { rows } = JSON.parse(stdout) as Printed;
    expect(rows.map(({ kind }) => kind)).toEqual(['network', 'segment']);
    expect(rows.flatMap(({ refused }) => refused)).toEqual([]);
    for (const { measured } of rows) {
      expect(measured).toMatchObject([{ label: 'wasm, 1 thread' }]);
      expect(measured?.[0].wall).toHaveLength(1);
      expect(measured?.[0].wall.every((ms) => ms > 0)).toBe(true);
    }
  });
});
