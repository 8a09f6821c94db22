/** The options of `fastsam batch`, and what they mean. */
import type { Command } from 'commander';
import { BATCH_OPTIONS, DETECTION_OPTIONS } from '../../batch/batchOptions.js';
import { formatIdentity, manifestOf, type BatchManifest, type ModelFacts } from '../../batch/identity.js';
import type { BatchTask } from '../../batch/processor.js';
import { invalidArgument } from '../../errors.js';
import { LOAD_OPTIONS } from '../../model/loadOptions.js';
import { SEGMENT_OPTIONS } from '../../model/options.js';
import { integer, text } from '../../options/kinds.js';
import { omitRows, pickRows, type Resolved } from '../../options/row.js';
import { MODEL_ROWS } from '../commonRows.js';
import { formatRow, type FormatRef } from '../formats.js';
import type { ModelSpec } from './sent.js';
import { addRows, filled, picked, type CommandValues, type Picked } from '../rows.js';

/** What is done with each image. */
const DETECTION_ROWS = omitRows(DETECTION_OPTIONS, ['signal']);

/** Every option of the command, beside those of `segment`. */
export const BATCH_ROWS = {
  ...MODEL_ROWS,
  ...pickRows(LOAD_OPTIONS, ['device', 'precision']),
  ...pickRows(BATCH_OPTIONS, ['clean', 'largest', 'imageTimeout', 'resume', 'retryFailed', 'overwrite']),
  // The commands of a queue need none.
  out: text({ text: BATCH_OPTIONS.out.text, cli: BATCH_OPTIONS.out.cli }),
  format: formatRow(false, { text: 'files of each image', default: ['json'] }),
  workers: integer(1, 256, { text: 'processes, each with a model of its own', default: 1, cli: { value: '<n>' } }),
  shard: text({
    text: 'only part i of n; auto, auto/n: as Slurm arrays and Kubernetes indexed jobs say',
    cli: { value: '<i/n>' },
  }),
  queue: text({ text: 'for enqueue and work: redis://host:port', cli: { value: '<url>' } }),
};

/** The options of a batch with their defaults. */
export interface BatchCommandOptions extends Resolved<typeof BATCH_ROWS> {
  readonly segment: Picked<typeof DETECTION_ROWS>;
}

/** Adds all options. */
export function addBatchOptions(command: Command): Command {
  addRows(command, BATCH_ROWS, ['model']);
  addRows(command, SEGMENT_OPTIONS, ['imgsz', 'conf', 'iou', 'maxDet']);
  addRows(command, BATCH_ROWS, ['clean', 'largest']);
  addRows(command, SEGMENT_OPTIONS, ['retinaMasks', 'snapFullBoxes', 'square', 'maxPixels', 'window', 'compat']);
  addRows(command, BATCH_ROWS, ['device', 'precision', 'out', 'format', 'workers', 'shard', 'imageTimeout']);
  return addRows(command, BATCH_ROWS, ['resume', 'retryFailed', 'overwrite', 'queue']);
}

/** What commander gathered as options of a batch. */
export function batchOptions(values: CommandValues): BatchCommandOptions {
  return { ...filled(BATCH_ROWS, values), segment: picked(DETECTION_ROWS, values) };
}

/**
 * Checks what options say together.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function checkBatchOptions(
  options: BatchCommandOptions,
): asserts options is BatchCommandOptions & { readonly out: string } {
  if (options.out === undefined) throw invalidArgument('batch: got no output folder, expected --out DIR');
  if (options.overwrite && options.resume)
    throw invalidArgument('batch: got --overwrite and --resume, expected one of them');
  if (options.retryFailed && !options.resume)
    throw invalidArgument('batch: got --retry-failed alone, expected --resume with it');
  if (options.overwrite && options.shard !== undefined) {
    throw invalidArgument(
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
