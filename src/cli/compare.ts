/** `fastsam compare`: layers and stages against reference outputs, two checkpoints, and files for ports to be held against. */
import { Command } from 'commander';
import { invalidArgument } from '../errors.js';
import { LOAD_OPTIONS } from '../model/loadOptions.js';
import { pickRows } from '../options/row.js';
import { isImageName } from '../source/kinds.js';
import { COMPARE_ROWS, IMAGE_ROWS, imageSettings, type CompareOptions } from './compare/options.js';
import { addRows, filled, type CommandValues } from './rows.js';

/** The command. */
export function compareCommand(): Command {
  const command = new Command('compare')
    .description('Compare outputs of layers and stages with a reference, or two checkpoints; write such references.')
    .argument('[checkpoint]', 'a name, path or URL')
    .argument('[other]', 'another checkpoint; with --write, the image');
  addRows(command, COMPARE_ROWS);
  addRows(command, LOAD_OPTIONS, ['device', 'keepBatchNorm']);
  return addRows(command, IMAGE_ROWS)
    .addHelpText(
      'after',
      `
Examples:
  $ fastsam compare --script > layers.py
  $ python layers.py FastSAM-s.pt photo.jpg --imgsz 640            what PyTorch computes
  $ fastsam compare FastSAM-s.pt --reference FastSAM-s-photo.reference.safetensors --tolerance 1e-4
  $ fastsam compare before.pt after.pt                             names, shapes, values
  $ fastsam compare FastSAM-s.pt photo.jpg --write ours.safetensors
  $ python layers.py FastSAM-s.pt --against ours.safetensors       the other way round; docs/user/compare.md`,
    )
    .action(async (source: string | undefined, other: string | undefined, values: CommandValues) => {
      const options: CompareOptions = {
        ...filled(COMPARE_ROWS, values),
        ...filled(pickRows(LOAD_OPTIONS, ['device', 'keepBatchNorm']), values),
      };
      const { reference, write, script } = options;
      if (script) {
        const { printScript } = await import('./compare/script.js');
        return printScript();
      }
      const missing = wrongUse(source, other, reference, write);
      if (source === undefined || missing !== undefined) throw invalidArgument(`compare: ${missing ?? ''}`);
      if (write !== undefined) {
        const { writeReferenceFile } = await import('./compare/write.js');
        return writeReferenceFile(source, other ?? '', write, options, imageSettings(values));
      }
      if (reference !== undefined) {
        const { compareOutputs } = await import('./compare/outputs.js');
        return compareOutputs(source, reference, options);
      }
      const { compareCheckpoints } = await import('./compare/checkpoints.js');
      return compareCheckpoints(source, other ?? '', options);
    });
}

/** What is wrong with how the arguments go together. */
function wrongUse(source?: string, other?: string, reference?: string, write?: string): string | undefined {
  if (source === undefined)
    return 'got no checkpoint, expected one; name it, as in: fastsam compare demo --reference FILE';
  if (reference !== undefined && write !== undefined) return 'got --reference and --write, expected one of them';
  if (write !== undefined)
    return other === undefined ? 'got --write without an image, expected one after the checkpoint' : undefined;
  if (reference !== undefined) {
    return other === undefined ? undefined : `got --reference and "${other}", expected one of them`;
  }
  if (other !== undefined && isImageName(other)) {
    return `got the image "${other}" as the second checkpoint; add --write FILE to write what is computed of it`;
  }
  return other === undefined
    ? 'got one checkpoint alone, expected --reference FILE, a second checkpoint, or --write FILE and an image'
    : undefined;
}
