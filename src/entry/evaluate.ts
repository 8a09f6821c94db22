/** `fastsam-tfjs/evaluate`: AP and AR as pycocotools computes them, recall of proposals, `val` on COCO files. */
export { CocoEvaluator, evaluateCoco, type CocoEvalImage } from '../evaluate/coco/evaluator.js';
export type { CocoEvaluation, CocoSummary, AverageOver } from '../evaluate/coco/evaluation.js';
export { evaluateProposals, type ProposalTable, type ProposalRow } from '../evaluate/coco/proposals.js';
export type {
  CocoDataset,
  CocoDetection,
  CocoEvalOptions,
  CocoTruth,
  AreaRange,
  CocoImage,
  CocoKind,
  CocoSegmentation,
  ResolvedEvalOptions,
} from '../evaluate/coco/types.js';
export { validateCoco, type CocoValResult } from '../evaluate/valCoco.js';
export type { CocoValOptions } from '../evaluate/valOptions.js';
export type { SkippedImage } from '../evaluate/val.js';
export type { Curve } from '../evaluate/coco/accumulate.js';
