/**
 * `fastsam-tfjs/studies`: studies of one's own, run as `fastsam study` runs the paper's, and the rows of their options.
 */
export { flag, integer, number, oneOf, text } from '../options/kinds.js';
export type { About, Row, Spelling } from '../options/row.js';
export { defineStudy } from '../studies/checkStudy.js';
export { cocoObjects } from '../evaluate/coco/objects.js';
export {
  bootstrapIntervals,
  pairedBootstrap,
  percentile,
  type BootstrapOptions,
  type Comparison,
  type Interval,
} from '../studies/bootstrap.js';
export { spearman, meanOf } from '../evaluate/statistics/lists.js';
export { randomSource, sampleIndices } from '../evaluate/statistics/random.js';
export { calibrationError, calibrationOf, type CalibrationBin } from '../evaluate/statistics/calibration.js';
export type { Sweep, SweepPoint, SweepPointResult, SweepResult } from '../studies/sweep.js';
export { formatTable } from '../studies/table.js';
export { runStudy } from '../studies/runStudy.js';
export type { StudyEvents, StudyRequestOptions, StudyResult } from '../studies/studyRun.js';
export type {
  Metric,
  Metrics,
  OpenedStudy,
  Study,
  StudyDefinition,
  StudyFile,
  StudyFiles,
  StudyItem,
  StudyOptions,
  StudyPrediction,
  StudyRecord,
  StudyRequest,
  StudyRow,
  StudyRows,
  StudySettings,
  StudyTable,
  TableContext,
} from '../studies/study.js';
