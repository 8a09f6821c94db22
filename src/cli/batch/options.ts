/** The options of `fastsam batch`, and what they mean. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { BATCH_FORMATS, makeManifest, type BatchFormat, type BatchManifest } from '../../batch/identity.js';
import { FastSAMError } from '../../errors.js';
import { resolveOptions, type SegmentOptions } from '../../model/options.js';
import { packageVersion } from '../version.js';
import { deviceOption, precisionOption } from '../options.js';
import { numberOption } from '../run.js';
import { addDetectorOptions, addMaskOptions, segmentOptions } from '../segmentOptions.js';
import type { ImageTask } from './processor.js';
import type { ModelFacts, ModelSpec } from './protocol.js';

export interface BatchOptions extends Omit<SegmentOptions, 'signal' | 'batch'>, ModelSpec {
  readonly out?: string;
  readonly format: BatchFormat[];
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
      new Option('--format <list>', `files of each image: ${BATCH_FORMATS.join(', ')}`)
        .default(['json'] satisfies BatchFormat[], 'json')
        .argParser(parseFormats),
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

function parseFormats(text: string): BatchFormat[] {
  const names = [...new Set(text.split(',').map((part) => part.trim().toLowerCase()))];
  const wrong = names.find((name) => !BATCH_FORMATS.includes(name as BatchFormat));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is none of ${BATCH_FORMATS.join(', ')}.`);
  if (names.includes('json') && names.includes('sa1b')) {
    throw new InvalidArgumentError('json and sa1b have files of the same names: use two output folders.');
  }
  return BATCH_FORMATS.filter((format) => names.includes(format));
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

/** What is done with each image. */
export function taskOf(options: BatchOptions & { readonly out: string }): ImageTask {
  const { out, format, clean = false, largest = false } = options;
  return { out, formats: format, options: segmentOptions(options), clean, largest };
}

/**
 * The manifest of a batch with these options.
 * @throws FastSAMError `INVALID_ARGUMENT` for values out of range.
 */
export function manifestOf(
  task: ImageTask,
  { device, precision }: Pick<BatchOptions, 'device' | 'precision'>,
  facts: ModelFacts,
): Promise<BatchManifest> {
  // What is undefined is left out of JSON; images go through the network one at a time.
  const settings = { ...resolveOptions(task.options, facts.defaults), signal: undefined, batch: undefined };
  const { clean, largest, formats } = task;
  return makeManifest({
    package: `fastsam-tfjs ${packageVersion()}`,
    model: facts.name,
    weights: facts.weights,
    options: { ...settings, clean, largest, device, precision },
    formats,
  });
}
