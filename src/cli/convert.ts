/** `fastsam convert`: a checkpoint as safetensors. */
import { Command } from 'commander';
import { extname } from 'node:path';
import { invalidArgument } from '../errors.js';
import { describeArchitecture } from '../model/architecture.js';
import { platform } from '../platform/platform.js';
import { safetensorsMetadata } from '../weights/checkpointStrings.js';
import { openCheckpoint } from '../model/open.js';
import { settingsMetadata } from '../model/settingsText.js';
import { neededTensors, WRITE_SAFETENSORS_OPTIONS, writeSafetensors } from '../weights/writeSafetensors.js';
import { describeBytes } from './info.js';
import { addRows, picked, type CommandValues } from './rows.js';
import { log } from './run.js';

/** The command. */
export function convertCommand(): Command {
  const command = new Command('convert')
    .description('Write a checkpoint as safetensors, tensor by tensor. For other formats there is `fastsam export`.')
    .argument('<in>', 'a checkpoint: name, path or URL')
    .argument('<out>', 'FILE.safetensors');
  return addRows(command, WRITE_SAFETENSORS_OPTIONS)
    .addHelpText(
      'after',
      `
Examples:
  $ fastsam convert FastSAM-s.pt fastsam-s.safetensors
  $ fastsam convert FastSAM-s.pt small.safetensors --dtype float16`,
    )
    .action(convert);
}

async function convert(source: string, out: string, values: CommandValues): Promise<void> {
  if (extname(out) !== '.safetensors') {
    throw invalidArgument(
      `${out}: got no name of a safetensors file, expected FILE.safetensors; other formats: fastsam export ${source} ` +
        '--format onnx, saved_model, tfjs or tfjs_graph',
    );
  }
  const { checkpoint, architecture, name } = await openCheckpoint(source);
  const bytes = writeSafetensors(
    neededTensors(checkpoint.tensors),
    { ...safetensorsMetadata(checkpoint), ...settingsMetadata(architecture.settings) },
    picked(WRITE_SAFETENSORS_OPTIONS, values),
  );
  await platform().writeFileAtomic(out, bytes);
  log(`${name} (${describeArchitecture(architecture)}) -> ${out}, ${describeBytes(bytes.length)}`);
}
