/** Images that a worker has, how long each took so far, and whom to blame when time runs out. */
import type { BatchItem } from '../../batch/names.js';
import type { ImageStage } from '../../batch/processor.js';

/** An image to be done. */
export interface Task {
  readonly item: BatchItem;
  /** How many workers died over it. */
  readonly crashes: number;
  /** `sent` until the worker takes it up. */
  stage: ImageStage | 'sent';
  /** Milliseconds that it was at work; waiting for others does not count. */
  spent: number;
}

/** A task that no worker has yet. */
export function newTask(item: BatchItem, crashes = 0): Task {
  return { item, crashes, stage: 'sent', spent: 0 };
}

/** Lets time pass for those of a worker's images that are at work; where none is, for the first: the worker is silent. */
export function spend(tasks: readonly Task[], ms: number): void {
  const active = tasks.filter(({ stage }) => stage === 'reading' || stage === 'working');
  for (const task of active.length > 0 ? active : tasks.slice(0, 1)) task.spent += ms;
}

/** What becomes of the images of a worker that is ended. */
export interface Judgement {
  /** Took too long. */
  readonly guilty: readonly Task[];
  /** One of them did: each is tried alone. */
  readonly suspects: readonly Task[];
  /** Were beside it. */
  readonly innocent: readonly Task[];
}

/**
 * Whom to blame when an image has been at work for too long; undefined while none has. An image that seems to be read
 * for so long may be read already: its worker cannot say so while another one holds up the whole process.
 * @param limit milliseconds.
 */
export function judge(tasks: readonly Task[], limit: number): Judgement | undefined {
  const late = tasks.filter(({ spent }) => spent >= limit);
  if (late.length === 0) return undefined;
  const holding = tasks.filter(({ stage, spent }) => stage === 'working' && spent >= limit / 2);
  const sure = late.every(({ stage }) => stage === 'working') || holding.length === 0 || tasks.length === 1;
  const suspects = sure ? [] : [...new Set([...late, ...holding])];
  const guilty = sure ? late : [];
  const innocent = tasks.filter((task) => !guilty.includes(task) && !suspects.includes(task));
  return { guilty, suspects, innocent };
}
