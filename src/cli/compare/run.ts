/** One run of `fastsam compare`. */
import { FastSAMError } from '../../errors.js';
import { eachDifference, type LayerDifference } from '../../model/compare.js';
import { loadWeights } from '../../model/load.js';
import { buildNetwork } from '../../model/network.js';
import { platform } from '../../platform/platform.js';
import { acquireDevice, releaseDevice } from '../../runtime/device.js';
import { openCheckpoint } from '../../model/open.js';
import { readSafetensors } from '../../weights/safetensors.js';
import { print, printJson } from '../output.js';
import { EXIT, log } from '../run.js';
import type { DeviceChoice } from '../../runtime/choices.js';
import { plural } from '../../options/showValue.js';

/** What is compared, and what is printed. */
export interface CompareOptions {
  /** Path of the reference file. */
  readonly reference: string;
  readonly device: DeviceChoice;
  readonly keepBatchNorm: boolean;
  /** A larger relative difference ends the command with exit code 1. */
  readonly tolerance: number | undefined;
  readonly json: boolean;
}

/** Compares every layer, and prints the table or JSON. */
export async function compare(source: string, options: CompareOptions): Promise<void> {
  const { reference: path, device: choice, keepBatchNorm, json, tolerance } = options;
  const { checkpoint, architecture } = await openCheckpoint(source);
  const reference = readSafetensors(await platform().readFile(path));
  const { device } = await acquireDevice(choice);
  const network = buildNetwork(architecture, { foldBatchNorm: !keepBatchNorm });
  const rows: LayerDifference[] = [];
  try {
    loadWeights(network, checkpoint.tensors);
    if (!json) print(row('layer', 'shape', 'largest', 'difference', 'relative'));
    for await (const difference of eachDifference(network, reference)) {
      rows.push(difference);
      if (!json) print(describe(difference));
    }
  } finally {
    network.model.dispose();
    releaseDevice();
  }
  if (rows.length === 0) {
    throw new FastSAMError('CHECKPOINT_MISMATCH', `${path}: has no layer of this network`);
  }
  if (json) printJson(rows);
  const worst = rows.reduce((a, b) => (b.relative <= a.relative ? a : b));
  log(
    `${plural(rows.length, 'output')} on ${device}; furthest: ${worst.layer}, ${worst.relative.toExponential(1)} of its largest value`,
  );
  if (tolerance !== undefined && !(worst.relative <= tolerance)) process.exitCode = EXIT.someFailed;
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
