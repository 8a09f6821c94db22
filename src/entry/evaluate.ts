/** `fastsam-tfjs/evaluate`: AP and AR as pycocotools computes them, recall of proposals, `val` on COCO files. */
export { CocoEvaluator, evaluateCoco, type CocoEvalImage } from '../evaluate/coco/evaluator.js';
export type { CocoEvaluation, CocoSummary } from '../evaluate/coco/evaluation.js';
export { evaluateProposals, type ProposalTable } from '../evaluate/coco/proposals.js';
export type { CocoDataset, CocoDetection, CocoEvalOptions, CocoTruth } from '../evaluate/coco/types.js';
export { validateCoco, type CocoValResult } from '../evaluate/valCoco.js';
export type { CocoValOptions } from '../evaluate/valOptions.js';
