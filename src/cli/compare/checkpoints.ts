/** `fastsam compare A B`: two checkpoints tensor by tensor. */
import { readCheckpoint } from '../../weights/checkpoint.js';
import { compareWeights, isAbove, type WeightDifference } from '../../weights/compareWeights.js';
import { CATALOGUE } from '../../weights/catalogue.js';
import { readFrom } from '../../weights/resolve.js';
import { neededTensors } from '../../weights/writeSafetensors.js';
import { plural } from '../../options/showValue.js';
import type { CompareOptions } from './options.js';
import { print, printJson } from '../output.js';
import { EXIT, log } from '../run.js';

/** Compares names, shapes and values, and prints the table or JSON. No network is built. */
export async function compareCheckpoints(a: string, b: string, { json, tolerance }: CompareOptions): Promise<void> {
  const tensorsOf = async (source: string) => {
    const { content } = await readFrom(CATALOGUE, source, {}, readCheckpoint);
    return neededTensors(content.tensors);
  };
  const first = await tensorsOf(a);
  const rows = [...compareWeights(first, await tensorsOf(b))];
  if (json) printJson(rows);
  else print(HEAD, ...rows.filter((row) => isAbove(row, 0)).map(describe));
  log(summaryOf(rows, tolerance ?? 0));
  if (tolerance !== undefined && rows.some((row) => isAbove(row, tolerance))) process.exitCode = EXIT.someFailed;
}

const columns = (name: string, first: string, second: string, difference: string, relative: string): string =>
  [name.padEnd(40), first.padEnd(18), second.padEnd(18), difference.padStart(11), relative.padStart(9)].join(' ');

const HEAD = columns('tensor', 'first', 'second', 'difference', 'relative');

function describe({ name, shapes, maxAbs, relative }: WeightDifference): string {
  const sizeOf = (shape?: readonly number[]) => (shape ? shape.join('x') || 'scalar' : 'missing');
  const number = (value: number | undefined) => value?.toExponential(2) ?? '';
  return columns(name, sizeOf(shapes[0]), sizeOf(shapes[1]), number(maxAbs), number(relative));
}

function summaryOf(rows: readonly WeightDifference[], tolerance: number): string {
  const count = (keep: (row: WeightDifference) => boolean) => rows.filter(keep).length;
  const off = rows.find((row) => isAbove(row, tolerance));
  const above = tolerance === 0 ? 'with other values' : `further apart than ${tolerance}`;
  return [
    plural(rows.length, 'name'),
    `only in the first ${count(({ found }) => found === 'first')}`,
    `only in the second ${count(({ found }) => found === 'second')}`,
    `of another shape ${count(({ found, relative }) => found === 'both' && relative === undefined)}`,
    `${above} ${count((row) => row.relative !== undefined && isAbove(row, tolerance))}`,
    ...(off ? [`the first of them ${off.name}`] : []),
  ].join(', ');
}
