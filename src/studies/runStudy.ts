/** A study from its data to its figures, for programs; `fastsam study` adds files that survive a crash. */
import { invalidArgument } from '../errors.js';
import type { Segmenter } from '../model/segmenter.js';
import type { OnProgress } from '../progress.js';
import { callback, custom, object, signal } from '../options/kinds.js';
import { checkOptions } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import { checkStudy } from './checkStudy.js';
import { CHOICE_OPTIONS, RESAMPLES_ROW } from './shared/options.js';
import type { Study, StudyOptions, StudyRecord, StudySettings } from './study.js';
import { measureStudy, openStudy, type StudyEvents, type StudyRequestOptions, type StudyResult } from './studyRun.js';
import { runSweep } from './runSweep.js';
import type { Sweep, SweepResult } from './sweep.js';

/** Every option of `runStudy`. */
export const STUDY_RUN_OPTIONS = {
  ...CHOICE_OPTIONS,
  args: custom<readonly string[]>('a list of texts', Array.isArray, {
    text: "values of the study's arguments, in their order",
    default: [],
  }),
  options: object<StudyOptions>({ text: "values of the study's own options" }),
  settings: object<StudySettings>({ text: "in the place of the study's own settings" }),
  resamples: RESAMPLES_ROW,
  sweep: object<Sweep>({ text: 'the values of settings and options, every combination of which is measured' }),
  signal: signal(),
  onDownload: callback<OnProgress>({ text: 'hears about what is downloaded beside the model' }),
  done: object<ReadonlyMap<string, StudyRecord>>({ text: 'records of an earlier run, by key' }),
  onRecord: callback<NonNullable<StudyEvents['onRecord']>>({ text: 'takes a new record' }),
  onFailure: callback<NonNullable<StudyEvents['onFailure']>>({ text: 'hears about images that failed' }),
  onProgress: callback<NonNullable<StudyEvents['onProgress']>>({ text: 'hears how many images are measured' }),
  show: callback<NonNullable<StudyEvents['show']>>({ text: 'takes the image of each item that is measured' }),
  onPrediction: callback<NonNullable<StudyEvents['onPrediction']>>({ text: 'takes what was found in each item' }),
} satisfies RowsOf<StudyRequestOptions & StudyEvents & { sweep?: Sweep }>;

/**
 * Runs a study on a model. With `sweep` it is measured with every combination of the values, and the network runs once for
 * each image and size as long as only thresholds change. For runs of hours, which have to survive a crash, take `fastsam study`, or keep what
 * `onRecord` gives and hand it over as `done`.
 * @throws FastSAMError what the study throws for its data, `INVALID_ARGUMENT`, `ABORTED`.
 *
 * @example
 * const { metrics } = await runStudy(myStudy, model, { args: ['data'], options: { radius: 3 } });
 * const { csv } = await runStudy(myStudy, model, { args: ['data'], sweep: { conf: [0.1, 0.2], iou: [0.7, 0.9] } });
 */
export function runStudy(
  study: Study,
  model: Segmenter,
  options: StudyRequestOptions & StudyEvents & { readonly sweep: Sweep },
): Promise<SweepResult>;
export function runStudy(
  study: Study,
  model: Segmenter,
  options?: StudyRequestOptions & StudyEvents,
): Promise<StudyResult>;
export async function runStudy(
  study: Study,
  model: Segmenter,
  options: StudyRequestOptions & StudyEvents & { readonly sweep?: Sweep } = {},
): Promise<StudyResult | SweepResult> {
  checkStudy(study, 'study');
  checkOptions(STUDY_RUN_OPTIONS, options);
  const { sweep } = options;
  if (sweep !== undefined) {
    if (options.done)
      throw invalidArgument('done: got it with sweep, expected one of them; fastsam study --sweep resumes');
    return runSweep(study, model, sweep, options);
  }
  const run = await openStudy(study, options);
  try {
    return await measureStudy(run, model, options);
  } finally {
    run.opened.dispose?.();
  }
}
