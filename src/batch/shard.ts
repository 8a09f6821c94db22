/** Which part of a batch is this process's. */
import { invalidArgument } from '../errors.js';
import { hashText } from '../platform/hashText.js';
import type { BatchItem } from './names.js';

/** Part `index` of `count`, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Shard = { index: 1, count: 1 };

/** Hexadecimal digits of the hash that choose a shard: as many as a number holds exactly. */
const DIGITS = 12;

/**
 * Reads `3/16`, or for `auto` and `auto/16` what a scheduler tells its task: Slurm job arrays both numbers, Kubernetes
 * indexed jobs the first one only.
 * @param env value of an environment variable.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function parseShard(text: string, env: (name: string) => string | undefined): Shard {
  const match = /^(\d+|auto)(?:\/(\d+))?$/.exec(text);
  const count = match?.[2] === undefined ? undefined : Number(match[2]);
  const shard = match?.[1] === 'auto' ? fromScheduler(count, env) : { index: Number(match?.[1]), count: count ?? NaN };
  if (isShard(shard)) return shard;
  throw invalidArgument(
    `shard: got "${text}"${match?.[1] === 'auto' ? ` as task ${shard.index} of ${shard.count}` : ''}, ` +
      'expected i/n with i from 1 to n, such as 3/16; or auto, or auto/n',
  );
}

function fromScheduler(given: number | undefined, env: (name: string) => string | undefined): Shard {
  const slurm = env('SLURM_ARRAY_TASK_ID');
  if (slurm) {
    // Arrays may begin anywhere and leave out numbers: --array=10-40:10 has the tasks 10, 20, 30, 40.
    const number = (name: string, otherwise: number) => Number(env(`SLURM_ARRAY_TASK_${name}`) ?? otherwise);
    const indexOf = (id: number) => (id - number('MIN', 0)) / number('STEP', 1) + 1;
    const count = number('COUNT', NaN);
    const last = indexOf(number('MAX', NaN));
    if (last === count || Number.isNaN(last)) return { index: indexOf(Number(slurm)), count: given ?? count };
    throw invalidArgument(
      `shard auto: got a job array of ${count} tasks with gaps between them, expected a range such as --array=1-16; give i/n`,
    );
  }
  const index = env('JOB_COMPLETION_INDEX');
  if (index && given !== undefined) return { index: Number(index) + 1, count: given };
  throw invalidArgument(
    index
      ? 'shard auto: got JOB_COMPLETION_INDEX only, expected the number of tasks, too; give auto/n'
      : 'shard auto: got neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX in the environment; give i/n',
  );
}

/** Whether a value is a shard. */
export function isShard(value: unknown): boolean {
  const { index = NaN, count = NaN } = (value ?? {}) as Partial<Shard>;
  return Number.isInteger(index) && Number.isInteger(count) && index >= 1 && index <= count;
}

/** The shard, from 1, of an image: the first 48 bits of its key's SHA-256 modulo the number of shards, plus 1. */
export async function shardOf(key: string, count: number): Promise<number> {
  return (parseInt((await hashText(key)).slice(0, DIGITS), 16) % count) + 1;
}

/** The images of a shard, in their order. */
export async function selectShard(items: readonly BatchItem[], { index, count }: Shard): Promise<BatchItem[]> {
  if (count === 1) return [...items];
  const chosen: BatchItem[] = [];
  for (const item of items) if ((await shardOf(item.key, count)) === index) chosen.push(item);
  return chosen;
}
