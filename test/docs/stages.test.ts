/** The programs of docs/user/stages.md: each is short, and each runs as it stands there. */
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FastSAM } from '../../src/index.js';
import { repository, scene } from '../support/paths.js';

const page = readFileSync(repository('docs/user/stages.md'), 'utf8');
const programs = [...page.matchAll(/## (.+)\n(?:(?!\n## )[\s\S])*?```js\n([\s\S]*?)```/g)].map(([, title, code]) => ({
  title,
  code,
}));

type Program = (
  fastSam: typeof FastSAM,
  tfjs: typeof tf,
  console: { log: (...line: unknown[]) => void },
) => Promise<void>;

/** Runs a program of the page on a photograph; what it printed. */
async function printed(code: string): Promise<unknown[][]> {
  const lines: unknown[][] = [];
  const body = code
    .replaceAll(/^import .*$/gm, '')
    .replaceAll("'street.jpg'", JSON.stringify(scene('coins.png')))
    .concat('\nmodel.dispose();');
  const log = (...line: unknown[]) => lines.push(line);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page is ours
  const program = new Function('FastSAM', 'tf', 'console', `return (async () => {${body}})()`) as Program;
  await program(FastSAM, tf, { log });
  return lines;
}

const outputs: Readonly<Record<string, (lines: unknown[][]) => void>> = {
  'Sweep thresholds': (lines) => {
    expect(lines).toHaveLength(9);
    expect(new Set(lines.map(([, , length]) => length)).size).toBeGreaterThan(3);
  },
  'Another NMS': ([[count]]) => {
    expect(count).toBeGreaterThan(15);
  },
  'Ablate prototypes': (lines) => {
    expect(lines.map(([count]) => count)).toEqual([4, 8, 16, 32]);
    expect(new Set(lines.map(([, area]) => area)).size).toBe(4);
  },
  'Logits of a mask': (lines) => {
    expect(lines).toEqual([[80, 64, true], [true]]);
  },
  'Inputs of your own': ([[length, corners]]) => {
    expect(length).toBeGreaterThan(5);
    expect(Array.from(corners as Float64Array)).toHaveLength(4);
  },
};

describe('docs/user/stages.md', () => {
  test('has the programs that are tested here', () => {
    expect(programs.map(({ title }) => title)).toEqual(Object.keys(outputs));
  });

  test.each(programs)('$title', async ({ title, code }) => {
    const lines = code.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('import'));
    expect(lines.length).toBeLessThanOrEqual(15);
    outputs[title](await printed(code));
  });
});
