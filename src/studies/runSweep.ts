/** A sweep from its data to its table, for programs. */
import type { Segmenter } from '../model/segmenter.js';
import type { Study } from './study.js';
import { openStudy, type StudyEvents, type StudyRequestOptions, type StudyRun } from './studyRun.js';
import {
  measurePoints,
  sweepPoints,
  tabulate,
  type PointEvents,
  type Sweep,
  type SweepPoint,
  type SweepPointResult,
  type SweepResult,
} from './sweep.js';

/** Where a sweep goes. */
export interface SweepEvents {
  /** Called once for each pass over the images, before it. */
  readonly onPass?: (run: StudyRun, points: readonly SweepPoint[]) => Promise<(point: SweepPoint) => PointEvents>;
}

/**
 * Measures every combination. Points that share the study's own options share a pass over the images; each other choice of
 * options opens the data anew and is a pass of its own.
 * @throws as `runStudy`
 */
export async function runSweep(
  study: Study,
  model: Segmenter,
  sweep: Sweep,
  { onRecord, onFailure, onProgress, show, onPrediction, ...request }: StudyRequestOptions & Omit<StudyEvents, 'done'>,
  { onPass = () => Promise.resolve(() => ({ onRecord, onFailure, show, onPrediction })) }: SweepEvents = {},
): Promise<SweepResult> {
  const points = sweepPoints(study, sweep);
  const passes = new Map<string, SweepPoint[]>();
  for (const point of points) {
    const key = JSON.stringify(point.options);
    passes.set(key, [...(passes.get(key) ?? []), point]);
  }
  const found = new Map<string, SweepPointResult>();
  let before = 0;
  for (const pass of passes.values()) {
    const run = await openStudy(study, { ...request, options: { ...request.options, ...pass[0].options } });
    try {
      const eventsOf = await onPass(run, pass);
      const total = run.items.length * points.length;
      const results = await measurePoints(run, model, pass, eventsOf, (done) => onProgress?.(before + done, total));
      for (const result of results) found.set(result.point.name, result);
      before += run.items.length * pass.length;
    } finally {
      run.opened.dispose?.();
    }
  }
  const results = points.flatMap(({ name }) => found.get(name) ?? []);
  return { points: results, ...tabulate(study, results) };
}
