/** Reading the values of a study's own options, and settings that several studies have. */
import type { StudyOptions, StudySettings } from '../study.js';
import { SEGMENT_OPTIONS } from '../../model/options.js';
import { integer } from '../../options/kinds.js';
import { COUNT, MAX_DET } from '../../options/limits.js';
import { resolve } from '../../options/resolve.js';
import { pickRows, type Given, type OptionTable, type Resolved } from '../../options/row.js';
import { FASTSAM_DEFAULTS } from '../../weights/catalogue.js';
import type { StudyRows } from '../study.js';

/**
 * Settings of figures that count everything found. The usual settings give at most 300 objects, and drop weak and close
 * ones. Boxes stay as the network has them.
 */
export const EVERYTHING: StudySettings = { conf: 0.001, iou: 0.9, maxDet: 1000, snapFullBoxes: false };

/** Those of the original repository's script. */
export const AUTHORS: StudySettings = {
  conf: FASTSAM_DEFAULTS.conf,
  iou: FASTSAM_DEFAULTS.iou,
  maxDet: MAX_DET.default,
};

/** The names of `StudySettings` that the command line has. */
export const SETTING_ROWS = pickRows(SEGMENT_OPTIONS, ['imgsz', 'conf', 'iou', 'maxDet']);

/** Resamples for the interval of each figure. */
export const RESAMPLES_ROW = integer(0, 1_000_000, {
  text: 'of a bootstrap over images that gives each figure its 95 % interval, as 2000; 0: none',
  default: 0,
  cli: { value: '<n>' },
});

/** Which images of the data are taken. */
export const CHOICE_OPTIONS = {
  subset: integer(COUNT.low, COUNT.high, { text: 'so many images, drawn at random', cli: { value: '<n>' } }),
  seed: integer(0, 2 ** 32 - 1, { text: 'of the draw', default: 1, cli: { value: '<n>' } }),
  limit: integer(COUNT.low, COUNT.high, { text: 'only the first so many (of the draw)', cli: { value: '<n>' } }),
} satisfies OptionTable;

/**
 * The values of a study's own options, with their defaults.
 * @throws FastSAMError `INVALID_ARGUMENT` for an unknown name or a wrong value.
 */
export function studyValues<T extends StudyRows>(rows: T, options: StudyOptions): Resolved<T> {
  return resolve(rows, options as Given<T>);
}
