/** `fastsam compare`: layer by layer against reference outputs. */
import { Command } from 'commander';
import { FastSAMError } from '../errors.js';
import { eachDifference, type LayerDifference } from '../model/compare.js';
import { LOAD_OPTIONS } from '../model/loadOptions.js';
import { loadWeights } from '../model/load.js';
import { buildNetwork } from '../model/network.js';
import { number, text } from '../options/kinds.js';
import { platform } from '../platform/platform.js';
import { acquireDevice, releaseDevice } from '../runtime/device.js';
import { openCheckpoint } from '../model/open.js';
import { readSafetensors } from '../weights/safetensors.js';
import { jsonRow } from './commonRows.js';
import { addRows, filled, type CommandValues } from './rows.js';
import { EXIT, say } from './run.js';

const REFERENCE_ROWS = {
  reference: text({
    text: 'made by tools/golden/layers.py with the same checkpoint',
    required: true,
    cli: { value: '<file>' },
  }),
};

const OUTPUT_ROWS = {
  tolerance: number(0, 1, {
    text: 'exit with 1 when a layer is further off, relative to its largest value',
    cli: { value: '<t>' },
  }),
  json: jsonRow('print JSON'),
};

/** The command. */
export function compareCommand(): Command {
  const command = new Command('compare')
    .description("Compare every layer's output with a reference file that PyTorch and Ultralytics made.")
    .argument('<checkpoint>', 'a name, path or URL');
  addRows(command, REFERENCE_ROWS);
  addRows(command, LOAD_OPTIONS, ['device', 'keepBatchNorm']);
  return addRows(command, OUTPUT_ROWS)
    .addHelpText(
      'after',
      `
Examples:
  $ python tools/golden/layers.py --checkpoint FastSAM-s.pt --size 640x640
  $ fastsam compare FastSAM-s.pt --reference out/layers/FastSAM-s-640x640.reference.safetensors --tolerance 1e-4`,
    )
    .action(compare);
}

async function compare(source: string, values: CommandValues): Promise<void> {
  const { reference: path } = filled(REFERENCE_ROWS, values);
  const { device: choice, keepBatchNorm } = filled(LOAD_OPTIONS, values);
  const { json, tolerance } = filled(OUTPUT_ROWS, values);
  const { checkpoint, architecture } = await openCheckpoint(source);
  const reference = readSafetensors(await platform().readFile(path));
  const { device } = await acquireDevice(choice);
  const network = buildNetwork(architecture, { foldBatchNorm: !keepBatchNorm });
  const rows: LayerDifference[] = [];
  try {
    loadWeights(network, checkpoint.tensors);
    if (!json) process.stdout.write(`${row('layer', 'shape', 'largest', 'difference', 'relative')}\n`);
    for await (const difference of eachDifference(network, reference)) {
      rows.push(difference);
      if (!json) process.stdout.write(`${describe(difference)}\n`);
    }
  } finally {
    network.model.dispose();
    releaseDevice();
  }
  if (rows.length === 0) {
    throw new FastSAMError('CHECKPOINT_MISMATCH', `${path}: has no layer of this network`);
  }
  if (json) process.stdout.write(`${JSON.stringify(rows)}\n`);
  const worst = rows.reduce((a, b) => (b.relative <= a.relative ? a : b));
  say(
    `${rows.length} outputs on ${device}; furthest: ${worst.layer}, ${worst.relative.toExponential(1)} of its largest value`,
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
