/** `fastsam compare`: layer by layer against reference outputs. */
import { Command } from 'commander';
import { FastSAMError } from '../errors.js';
import { eachDifference, type LayerDifference } from '../model/compare.js';
import { loadWeights } from '../model/load.js';
import { buildNetwork } from '../model/network.js';
import { platform } from '../platform/platform.js';
import { acquireDevice, releaseDevice, type DeviceChoice } from '../runtime/device.js';
import { openCheckpoint } from '../model/open.js';
import { readSafetensors } from '../weights/safetensors.js';
import { deviceOption } from './options.js';
import { EXIT, numberOption, say } from './run.js';

interface CompareOptions {
  readonly reference: string;
  readonly device: DeviceChoice;
  readonly keepBatchNorm?: true;
  readonly tolerance?: number;
  readonly json?: true;
}

/** The command. */
export function compareCommand(): Command {
  return new Command('compare')
    .description("Compare every layer's output with a reference file that PyTorch and Ultralytics made.")
    .argument('<checkpoint>', 'a name, path or URL')
    .requiredOption('--reference <file>', 'made by tools/golden/layers.py with the same checkpoint')
    .addOption(deviceOption())
    .option('--keep-batch-norm', 'keep batch norm as layers instead of folding it into the convolutions')
    .option(
      '--tolerance <t>',
      'exit with 1 when a layer is further off, relative to its largest value',
      numberOption(0, 1),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ python tools/golden/layers.py --checkpoint FastSAM-s.pt --size 640x640
  $ fastsam compare FastSAM-s.pt --reference out/layers/FastSAM-s-640x640.reference.safetensors --tolerance 1e-4`,
    )
    .action(compare);
}

async function compare(source: string, options: CompareOptions): Promise<void> {
  const { checkpoint, architecture } = await openCheckpoint(source);
  const reference = readSafetensors(await platform().readFile(options.reference));
  const { device } = await acquireDevice(options.device);
  const network = buildNetwork(architecture, { foldBatchNorm: !options.keepBatchNorm });
  const rows: LayerDifference[] = [];
  try {
    loadWeights(network, checkpoint.tensors);
    if (!options.json) process.stdout.write(`${row('layer', 'shape', 'largest', 'difference', 'relative')}\n`);
    for await (const difference of eachDifference(network, reference)) {
      rows.push(difference);
      if (!options.json) process.stdout.write(`${describe(difference)}\n`);
    }
  } finally {
    network.model.dispose();
    releaseDevice();
  }
  if (rows.length === 0) {
    throw new FastSAMError('CHECKPOINT_MISMATCH', `${options.reference}: has no layer of this network`);
  }
  if (options.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
  const worst = rows.reduce((a, b) => (b.relative <= a.relative ? a : b));
  say(
    `${rows.length} outputs on ${device}; furthest: ${worst.layer}, ${worst.relative.toExponential(1)} of its largest value`,
  );
  if (options.tolerance !== undefined && !(worst.relative <= options.tolerance)) process.exitCode = EXIT.someFailed;
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
