/** What a run of `fastsam batch` has to do, read off its options. */
import { beginBatch, type BatchPlan } from '../../batch/begin.js';
import { inOrder, type ModelFacts } from '../../batch/identity.js';
import type { FoundImage } from '../../batch/names.js';
import type { BatchTask } from '../../batch/processor.js';
import type { Shard } from '../../batch/shard.js';
import { loadFormats } from '../formats.js';
import { log } from '../run.js';
import { plural } from '../../options/showValue.js';
import { manifestFor, type BatchCommandOptions } from './options.js';
import type { SentTask } from './sent.js';

type OptionsWithOut = BatchCommandOptions & { readonly out: string };

/** A task for this process, and as it is sent to others. */
export interface PlannedTask {
  readonly task: BatchTask;
  readonly sent: SentTask;
}

/** What is done with each image. @throws FastSAMError `INVALID_ARGUMENT` for a module without a format. */
export async function planTask(options: OptionsWithOut): Promise<PlannedTask> {
  const { out, clean, largest, segment } = options;
  const chosen = inOrder((await loadFormats(options.format)).map((one) => ({ ...one, name: one.format.name })));
  const common = { out, clean, largest, options: segment };
  return {
    task: { ...common, formats: chosen.map(({ format }) => format) },
    sent: { ...common, formats: chosen.map(({ ref }) => ref) },
  };
}

/** Opens the output folder, and says what was done before. */
export async function planBatch(
  found: readonly FoundImage[],
  shard: Shard,
  { task, sent }: PlannedTask,
  options: OptionsWithOut,
  facts: ModelFacts,
): Promise<BatchPlan> {
  const asked = await manifestFor(task, sent.formats, options, facts);
  const plan = await beginBatch(found, shard, asked, { ...options, out: task.out });
  const { todo, images, tried, lost } = plan;
  const part = shard.count > 1 ? ` of part ${shard.index} of ${shard.count}` : '';
  const { damaged, changed, problems } = plan;
  for (const problem of problems) log(`fastsam: ${problem}`);
  const reasons = [
    ...(damaged > 0 ? [`${damaged} whose files are missing, empty or changed`] : []),
    ...(changed > 0 ? [`${changed} that ${changed === 1 ? 'was' : 'were'} changed`] : []),
  ];
  if (reasons.length > 0) log(`${plural(damaged + changed, 'image')} done again: ${reasons.join(', ')}`);
  if (tried > 0) log(`${images - todo.length} of ${plural(images, 'image')}${part} done before`);
  if (lost > 0) log(`${plural(lost, 'image')} done before and no longer there: the files stay`);
  return plan;
}
