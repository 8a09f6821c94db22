/** `fastsam convert`: a checkpoint as safetensors. */
import { Command, Option } from 'commander';
import { extname } from 'node:path';
import { FastSAMError } from '../errors.js';
import { describeArchitecture } from '../model/architecture.js';
import { platform } from '../platform/platform.js';
import { safetensorsMetadata } from '../weights/checkpointStrings.js';
import { openCheckpoint } from '../model/open.js';
import { neededTensors, writeSafetensors } from '../weights/writeSafetensors.js';
import { describeBytes } from './info.js';
import { say } from './run.js';

interface ConvertOptions {
  readonly dtype: 'keep' | 'float16' | 'float32';
}

/** The command. */
export function convertCommand(): Command {
  return new Command('convert')
    .description('Write a checkpoint as safetensors, tensor by tensor. For other formats there is `fastsam export`.')
    .argument('<in>', 'a checkpoint: name, path or URL')
    .argument('<out>', 'FILE.safetensors')
    .addOption(
      new Option('--dtype <type>', 'element type of the numbers')
        .choices(['keep', 'float16', 'float32'])
        .default('keep'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ fastsam convert FastSAM-s.pt fastsam-s.safetensors
  $ fastsam convert FastSAM-s.pt small.safetensors --dtype float16`,
    )
    .action(convert);
}

async function convert(source: string, out: string, { dtype }: ConvertOptions): Promise<void> {
  if (extname(out) !== '.safetensors') {
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      `${out}: got no name of a safetensors file, expected FILE.safetensors; other formats: fastsam export ${source} ` +
        '--format onnx, saved_model, tfjs or tfjs_graph',
    );
  }
  const { checkpoint, architecture, name } = await openCheckpoint(source);
  const bytes = writeSafetensors(neededTensors(checkpoint.tensors), safetensorsMetadata(checkpoint), { dtype });
  await platform().writeFileAtomic(out, bytes);
  say(`${name} (${describeArchitecture(architecture)}) -> ${out}, ${describeBytes(bytes.length)}`);
}
