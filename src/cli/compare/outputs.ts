/** `fastsam compare --reference`: loads, compares output by output, prints. */
import { FastSAMError } from '../../errors.js';
import { eachDifference, firstAbove } from '../../model/compare.js';
import type { LayerDifference } from '../../model/layerDifference.js';
import { plural } from '../../options/showValue.js';
import { platform } from '../../platform/platform.js';
import { readSafetensors } from '../../weights/safetensors.js';
import type { CompareOptions } from './options.js';
import { print, printJson } from '../output.js';
import { EXIT, log } from '../run.js';
import { withNetwork } from './withNetwork.js';

/** What an exact computation in float32 keeps; names the first output that is further off, where no tolerance is given. */
const USUAL_TOLERANCE = 1e-4;

/** Compares every layer and stage, and prints the table or JSON. */
export async function compareOutputs(source: string, path: string, options: CompareOptions): Promise<void> {
  const { json, tolerance } = options;
  const reference = readSafetensors(await platform().readFile(path));
  await withNetwork(source, options, async (network, { device }) => {
    const rows: LayerDifference[] = [];
    if (!json) print(row('layer', 'shape', 'largest', 'difference', 'relative'));
    for await (const difference of eachDifference(network, reference)) {
      rows.push(difference);
      if (!json) print(describe(difference));
    }
    if (rows.length === 0) {
      throw new FastSAMError(
        'CHECKPOINT_MISMATCH',
        `${path}: got no layer of this network, expected some; use the reference of this checkpoint`,
      );
    }
    if (json) printJson(rows);
    log(`${plural(rows.length, 'output')} on ${device}; ${summaryOf(rows, tolerance ?? USUAL_TOLERANCE)}`);
    if (tolerance !== undefined && firstAbove(rows, tolerance)) process.exitCode = EXIT.someFailed;
  });
}

/** The first output in the order of computation that is off: those after it inherit that. */
export function summaryOf(rows: readonly LayerDifference[], tolerance: number): string {
  const first = firstAbove(rows, tolerance);
  const share = ({ layer, relative }: LayerDifference) => `${layer}, ${relative.toExponential(1)} of its largest value`;
  const worst = rows.reduce((a, b) => (b.relative <= a.relative ? a : b));
  return first
    ? `first above ${tolerance}: ${share(first)}; furthest: ${share(worst)}`
    : `all within ${tolerance}; furthest: ${share(worst)}`;
}

function row(layer: string, shape: string, largest: string, difference: string, relative: string): string {
  return [layer.padEnd(26), shape.padEnd(20), largest.padStart(10), difference.padStart(11), relative.padStart(9)].join(
    ' ',
  );
}

function describe({ layer, shape, maxRef, maxAbs, relative }: LayerDifference): string {
  const number = (value: number) => value.toExponential(2);
  return row(layer, shape.join('x'), number(maxRef), number(maxAbs), number(relative));
}
