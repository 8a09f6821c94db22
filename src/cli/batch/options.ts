/** The options of `fastsam batch`, and what they mean. */
import { Option, type Command } from 'commander';
import { formatIdentity, manifestOf, type BatchManifest, type ModelFacts } from '../../batch/identity.js';
import type { BatchTask } from '../../batch/processor.js';
import { FastSAMError } from '../../errors.js';
import type { SegmentOptions } from '../../model/options.js';
import { formatNames, formatsOption, type FormatRef } from '../formats.js';
import { deviceOption, precisionOption } from '../options.js';
import { numberOption } from '../run.js';
import { addDetectorOptions, addMaskOptions } from '../segmentOptions.js';
import type { ModelSpec } from './sent.js';

export interface BatchOptions extends Omit<SegmentOptions, 'signal' | 'batch'>, ModelSpec {
  readonly out?: string;
  /** Names of formats, and paths of modules. */
  readonly format: string[];
  readonly clean?: true;
  readonly largest?: true;
  readonly shard?: string;
  readonly workers: number;
  readonly resume?: true;
  readonly retryFailed?: true;
  readonly overwrite?: true;
  readonly queue?: string;
}

/** Adds all options. */
export function addBatchOptions(command: Command): Command {
  addDetectorOptions(command);
  return addMaskOptions(command)
    .addOption(deviceOption())
    .addOption(precisionOption())
    .option('--out <folder>', 'where files go; they mirror the folders of the images')
    .addOption(
      new Option('--format <list>', `files of each image: ${formatNames(false)}`)
        .default(['json'], 'json')
        .argParser(formatsOption(false)),
    )
    .addOption(
      new Option('--workers <n>', 'processes, each with a model of its own')
        .default(1)
        .argParser(numberOption(1, 256, true)),
    )
    .option('--shard <i/n>', 'only part i of n; auto, auto/n: as Slurm arrays and Kubernetes indexed jobs say')
    .option('--resume', 'go on where an earlier run ended; what is done is not repeated')
    .option('--retry-failed', 'with --resume: try images again that failed')
    .option('--overwrite', 'remove what an earlier run wrote, and start anew')
    .option('--queue <url>', 'for enqueue and work: redis://host:port');
}

/**
 * Checks what options say together.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function checkBatchOptions(options: BatchOptions): asserts options is BatchOptions & { readonly out: string } {
  const wrong = (message: string) => new FastSAMError('INVALID_ARGUMENT', message);
  if (options.out === undefined) throw wrong('batch: got no output folder, expected --out DIR');
  if (options.overwrite && options.resume) throw wrong('batch: got --overwrite and --resume, expected one of them');
  if (options.retryFailed && !options.resume) throw wrong('batch: got --retry-failed alone, expected --resume with it');
  if (options.overwrite && options.shard !== undefined) {
    throw wrong(
      'batch: got --overwrite with --shard, which would remove what other shards do; delete the folder first',
    );
  }
}

/**
 * The manifest of a batch.
 * @param refs how the task's formats were chosen, in their order.
 * @throws FastSAMError `INVALID_ARGUMENT` for values out of range.
 */
export function manifestFor(
  task: BatchTask,
  refs: readonly FormatRef[],
  { device, precision }: Pick<ModelSpec, 'device' | 'precision'>,
  facts: ModelFacts,
): Promise<BatchManifest> {
  const formats = task.formats.map((format, i) => {
    const ref = refs[i];
    return formatIdentity(format, typeof ref === 'string' ? undefined : ref.sha256);
  });
  return manifestOf(task, { device, precision, formats }, facts);
}
