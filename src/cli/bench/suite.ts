/**
 * The measurements, for any contenders: those of `fastsam bench`, and those of tools/bench with other implementations.
 */
import { plural } from '../../options/showValue.js';
import { Contender, type ContenderSpec } from './contender.js';
import { measure, type Effort, type Measured } from './interleave.js';
import type { SegmentTask } from './protocol.js';
import { firstMaskTime } from './startTime.js';

/** A line of a report: contenders that did one task in turns. */
export interface TimedRow {
  readonly kind: 'network' | 'segment' | 'start';
  readonly title: string;
  readonly model: string;
  readonly measured: readonly Measured[];
  readonly refused: readonly Refused[];
}

/** A line of a report about memory. */
export interface MemoryRow {
  readonly kind: 'memory';
  readonly title: string;
  readonly model: string;
  readonly peaks: readonly { readonly label: string; readonly bytes: number }[];
  readonly refused: readonly Refused[];
}

export type BenchRow = TimedRow | MemoryRow;

/** A contender that was not measured. */
export interface Refused {
  readonly label: string;
  readonly reason: string;
}

/** An image for the network. */
export interface NetworkInput {
  readonly pixels: string;
  readonly width: number;
  readonly height: number;
}

/** An image's file for the whole way. */
export interface SegmentInput {
  /** In words: `1080p`. */
  readonly name: string;
  readonly path: string;
  readonly imgsz: number;
}

/** FastSAM's own. */
const IOU = 0.9;
/** Of the objects from which a threshold is chosen. */
const LOW_CONF = 0.001;
const MANY = 1000;
/** Before the peak is read. */
const MEMORY_RUNS = 2;

/** The network alone at several sizes. */
export async function networkRows(
  model: string,
  specs: readonly ContenderSpec[],
  inputs: readonly NetworkInput[],
  effort: Effort,
): Promise<TimedRow[]> {
  return withContenders(specs, async (contenders, absent) => {
    const rows: TimedRow[] = [];
    for (const input of inputs) {
      const title = `network, ${input.width}x${input.height}`;
      const { measured, refused } = await measure(contenders, title, { kind: 'network', ...input }, effort);
      rows.push({ kind: 'network', title, model, measured, refused: [...absent, ...refused] });
    }
    return rows;
  });
}

/** A file in, JSON out, at thresholds that give the wanted number of objects. The first contender finds them. */
export async function segmentRows(
  model: string,
  specs: readonly ContenderSpec[],
  input: SegmentInput,
  counts: readonly number[],
  effort: Effort,
): Promise<TimedRow[]> {
  return withContenders(specs, async (contenders, absent) => {
    if (contenders.length === 0) return [];
    const scores = await scoresOf(contenders[0], input);
    const rows: TimedRow[] = [];
    for (const count of counts) {
      const task = segmentTask(input, scores, count);
      const { measured, refused, reference } = await measure(contenders, `segment ${count}`, task, effort);
      const title = `${input.name} file to JSON, ${plural(reference?.scores?.length ?? 0, 'object')}`;
      rows.push({ kind: 'segment', title, model, measured, refused: [...absent, ...refused] });
    }
    return rows;
  });
}

/** Peak memory of a process that finds the objects of one image, each contender alone. */
export async function memoryRow(
  model: string,
  specs: readonly ContenderSpec[],
  input: SegmentInput,
  count: number,
): Promise<MemoryRow> {
  const peaks: { label: string; bytes: number }[] = [];
  const refused: Refused[] = [];
  let task: SegmentTask | undefined;
  let found = 0;
  for (const spec of specs) {
    await withContenders([spec], async (contenders, absent) => {
      refused.push(...absent);
      const contender = contenders.at(0);
      if (!contender) return;
      try {
        // A process of its own, so that the search for a threshold does not count.
        task ??= segmentTask(input, await scoresAlone(spec, input), count);
        const added = await contender.add('memory', task);
        found ||= added.scores?.length ?? 0;
        for (let i = 0; i < MEMORY_RUNS; i++) await contender.run('memory');
        peaks.push({ label: spec.label, bytes: (await contender.memory()).peak });
      } catch (error) {
        refused.push({ label: spec.label, reason: messageOf(error) });
      }
    });
  }
  return { kind: 'memory', title: `peak memory, ${input.name}, ${plural(found, 'object')}`, model, peaks, refused };
}

/** From the start of a process to its first mask, in turns. */
export async function startRow(
  model: string,
  specs: readonly ContenderSpec[],
  image: string,
  rounds: number,
): Promise<TimedRow> {
  const measured: Measured[] = [];
  const refused: Refused[] = [];
  for (const { label, firstMask, env } of specs) {
    if (!firstMask) continue;
    try {
      await firstMaskTime([...firstMask, image], env); // files come into the system's cache
      measured.push({ label, description: '', wall: [], cpu: [] });
    } catch (error) {
      refused.push({ label, reason: messageOf(error) });
    }
  }
  for (let i = 0; i < rounds; i++) {
    for (const { label, wall, cpu } of measured) {
      const spec = specs.find((each) => each.label === label);
      const time = await firstMaskTime([...(spec?.firstMask ?? []), image], spec?.env);
      wall.push(time.wall);
      cpu.push(time.cpu);
    }
  }
  return { kind: 'start', title: 'process start to first mask', model, measured, refused };
}

/**
 * A threshold above which so many objects score.
 * @param scores in descending order.
 */
export function confidenceFor(scores: readonly number[], count: number): number {
  if (scores.length <= count) return LOW_CONF;
  return (scores[count - 1] + scores[count]) / 2;
}

function segmentTask({ path, imgsz }: SegmentInput, scores: readonly number[], count: number): SegmentTask {
  return { kind: 'segment', image: path, imgsz, iou: IOU, maxDet: count, conf: confidenceFor(scores, count) };
}

async function scoresOf(contender: Contender, { path, imgsz }: SegmentInput): Promise<readonly number[]> {
  const task: SegmentTask = { kind: 'segment', image: path, imgsz, iou: IOU, maxDet: MANY, conf: LOW_CONF };
  return (await contender.add('scores', task)).scores ?? [];
}

async function scoresAlone(spec: ContenderSpec, input: SegmentInput): Promise<readonly number[]> {
  return withContenders([spec], async ([contender]) => scoresOf(contender, input));
}

/** Starts contenders, uses those that start, and ends them. */
async function withContenders<T>(
  specs: readonly ContenderSpec[],
  use: (contenders: Contender[], absent: Refused[]) => Promise<T>,
): Promise<T> {
  const contenders: Contender[] = [];
  const absent: Refused[] = [];
  try {
    await Promise.all(
      specs.map(async (spec) => {
        try {
          contenders.push(await Contender.start(spec));
        } catch (error) {
          absent.push({ label: spec.label, reason: messageOf(error) });
        }
      }),
    );
    contenders.sort((a, b) => specs.indexOf(a.spec) - specs.indexOf(b.spec));
    return await use(contenders, absent);
  } finally {
    for (const contender of contenders) contender.stop();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
