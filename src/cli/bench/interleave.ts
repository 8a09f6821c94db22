/** Measuring several contenders in turns, so that whatever else the machine does falls on all of them alike. */
import type { Contender } from './contender.js';
import { outputDifference } from './fingerprint.js';
import type { Added, Task, Timing } from './protocol.js';

/** How long to measure. */
export interface Effort {
  /** Rounds are added until about this many milliseconds are spent. */
  readonly budget: number;
  readonly leastRounds: number;
  readonly mostRounds: number;
}

/** One contender's rounds. */
export interface Measured {
  readonly label: string;
  /** What the contender says it is. */
  readonly description: string;
  /** Milliseconds, one number a round. */
  readonly wall: number[];
  readonly cpu: number[];
}

/** What became of a task. */
export interface TaskResult {
  readonly measured: readonly Measured[];
  /** Contenders that are not measured, and why. */
  readonly refused: readonly { readonly label: string; readonly reason: string }[];
  /** What the reference gave. */
  readonly reference: Added | undefined;
}

/** Rounds before the first that counts, beside the run whose results are compared: libraries choose kernels, pages are mapped. */
const WARM_UPS = 2;
/** One of them will do when a round takes longer than this many milliseconds. */
const SLOW = 3000;

/**
 * Adds a task to all contenders, refuses those whose results are not the first one's, warms the others up, and lets them
 * run in turns. Each round starts with another contender.
 */
export async function measure(
  contenders: readonly Contender[],
  name: string,
  task: Task,
  effort: Effort,
): Promise<TaskResult> {
  const { accepted, refused, reference } = await admit(contenders, name, task);
  let round = 0;
  for (let i = 0; i < WARM_UPS && round < SLOW; i++) round = await oneRound(accepted, name, 0);
  const rounds = Math.max(effort.leastRounds, Math.min(effort.mostRounds, Math.floor(effort.budget / round)));
  const measured: Measured[] = accepted.map(({ spec, description }) => ({
    label: spec.label,
    description,
    wall: [],
    cpu: [],
  }));
  for (let i = 0; i < rounds; i++) {
    await oneRound(accepted, name, i, (index, { wall, cpu }) => {
      measured[index].wall.push(wall);
      measured[index].cpu.push(cpu);
    });
  }
  return { measured, refused, reference };
}

async function admit(
  contenders: readonly Contender[],
  name: string,
  task: Task,
): Promise<{ accepted: Contender[]; refused: { label: string; reason: string }[]; reference: Added | undefined }> {
  const accepted: Contender[] = [];
  const refused: { label: string; reason: string }[] = [];
  let reference: Added | undefined;
  for (const contender of contenders) {
    const { label, tolerance } = contender.spec;
    try {
      const added = await contender.add(name, task);
      reference ??= added;
      const far = outputDifference(added.fingerprint, reference.fingerprint);
      if (far <= tolerance) accepted.push(contender);
      else refused.push({ label, reason: `its results differ by ${far.toPrecision(2)} of ${tolerance}` });
    } catch (error) {
      refused.push({ label, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { accepted, refused, reference };
}

/** @returns milliseconds of the round. */
async function oneRound(
  contenders: readonly Contender[],
  name: string,
  first: number,
  keep: (index: number, timing: Timing) => void = () => undefined,
): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < contenders.length; i++) {
    const index = (first + i) % contenders.length;
    keep(index, await contenders[index].run(name));
  }
  return performance.now() - start;
}
