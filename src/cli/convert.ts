/** `fastsam convert`: a checkpoint as safetensors or as a tfjs layers model. */
import { Command, Option } from 'commander';
import { extname } from 'node:path';
import { FastSAMError } from '../errors.js';
import { describeArchitecture, type Architecture } from '../model/architecture.js';
import { saveLayersModel } from '../model/layersModel.js';
import { platform } from '../platform/platform.js';
import { acquireDevice, releaseDevice } from '../runtime/device.js';
import { safetensorsMetadata } from '../weights/checkpoint.js';
import { openCheckpoint } from '../weights/open.js';
import { neededTensors, writeSafetensors } from '../weights/safetensors.js';
import type { StateDict } from '../weights/tensor.js';
import { describeBytes } from './info.js';
import { makeFolder } from './files.js';
import { say } from './run.js';

interface ConvertOptions {
  readonly dtype: 'keep' | 'float16' | 'float32';
  readonly keepBatchNorm?: true;
}

/** The command. */
export function convertCommand(): Command {
  return new Command('convert')
    .description(
      'Write a checkpoint as safetensors (OUT ends in .safetensors) or as a tfjs layers model (OUT is a folder).',
    )
    .argument('<in>', 'a checkpoint: name, path or URL')
    .argument('<out>', 'FILE.safetensors, or a folder for model.json and its weights')
    .addOption(
      new Option('--dtype <type>', 'numbers in a safetensors file')
        .choices(['keep', 'float16', 'float32'])
        .default('keep'),
    )
    .option('--keep-batch-norm', 'keep batch norm as layers of the tfjs model instead of folding it')
    .addHelpText(
      'after',
      `
Examples:
  $ fastsam convert FastSAM-s.pt fastsam-s.safetensors
  $ fastsam convert FastSAM-s.pt fastsam-s-tfjs/          tf.loadLayersModel('…/model.json') reads it`,
    )
    .action(convert);
}

async function convert(source: string, out: string, options: ConvertOptions): Promise<void> {
  const { checkpoint, architecture, name } = await openCheckpoint(source);
  if (extname(out) === '.safetensors') {
    const bytes = writeSafetensors(neededTensors(checkpoint.tensors), safetensorsMetadata(checkpoint), {
      dtype: options.dtype,
    });
    await platform().writeFileAtomic(out, bytes);
    say(`${name} (${describeArchitecture(architecture)}) -> ${out}, ${describeBytes(bytes.length)}`);
    return;
  }
  if (extname(out) !== '' && !/[\\/]$/.test(out)) {
    throw new FastSAMError('INVALID_ARGUMENT', `${out}: got a file name, expected FILE.safetensors or a folder`);
  }
  const files = await layersModelFiles(checkpoint.tensors, architecture, !options.keepBatchNorm);
  await makeFolder(out);
  for (const [file, bytes] of files) await platform().writeFileAtomic(platform().joinPath(out, file), bytes);
  const size = files.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  say(
    `${name} (${describeArchitecture(architecture)}) -> ${out} (${files.map(([f]) => f).join(', ')}), ${describeBytes(size)}`,
  );
}

async function layersModelFiles(tensors: StateDict, architecture: Architecture, foldBatchNorm: boolean) {
  await acquireDevice('auto');
  try {
    return await saveLayersModel(tensors, architecture, { foldBatchNorm });
  } finally {
    releaseDevice();
  }
}
