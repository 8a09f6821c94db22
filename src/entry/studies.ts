/**
 * `fastsam-tfjs/studies`: studies of one's own, run as `fastsam study` runs the paper's, and the rows of their options.
 */
export { flag, integer, number, oneOf, text } from '../options/kinds.js';
export type { About, Row, Spelling } from '../options/row.js';
export { defineStudy } from '../studies/checkStudy.js';
export { runStudy, type StudyEvents, type StudyRequestOptions, type StudyResult } from '../studies/runStudy.js';
export type {
  Metric,
  Metrics,
  OpenedStudy,
  Study,
  StudyFile,
  StudyFiles,
  StudyItem,
  StudyOptions,
  StudyRecord,
  StudyRequest,
  StudyRow,
  StudyRows,
  StudySettings,
  StudyTable,
  TableContext,
} from '../studies/study.js';
