/** `fastsam compare`: layer by layer against reference outputs. */
import { Command } from 'commander';
import { LOAD_OPTIONS } from '../model/loadOptions.js';
import { number, text } from '../options/kinds.js';
import { jsonRow } from './commonRows.js';
import { addRows, filled, type CommandValues } from './rows.js';

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
    .action(async (source: string, values: CommandValues) => {
      const { compare } = await import('./compare/run.js');
      const { reference } = filled(REFERENCE_ROWS, values);
      const { device, keepBatchNorm } = filled(LOAD_OPTIONS, values);
      await compare(source, { reference, device, keepBatchNorm, ...filled(OUTPUT_ROWS, values) });
    });
}
