/** Class-agnostic recall of object proposals: AR at 1, 10, 100 and 1000, and the area under it. */
import { evaluateCoco } from './evaluator.js';
import type { CocoEvaluation } from './evaluation.js';
import type { CocoDataset, CocoDetection, CocoEvalOptions, CocoKind } from './types.js';

/** Limits of proposals that papers quote. */
export const PROPOSAL_COUNTS: readonly number[] = [1, 10, 100, 1000];

/** One row of the table: recall with at most so many proposals an image, by area range (`all`, `small` …). */
export interface ProposalRow {
  readonly proposals: number;
  readonly recall: Readonly<Record<string, number>>;
}

/** The table of a set of proposals. Recalls are 0 … 1, -1 where there was nothing to find. */
export interface ProposalTable {
  readonly kind: CocoKind;
  readonly rows: readonly ProposalRow[];
  /** By area range, the mean of the recall over the logarithm of the number of proposals. */
  readonly auc: Readonly<Record<string, number>>;
}

/** Options of the evaluation of proposals: categories are one. */
export function proposalOptions(kind: CocoKind, counts: readonly number[] = PROPOSAL_COUNTS): CocoEvalOptions {
  return { kind, maxDets: counts, classAgnostic: true };
}

/**
 * Recall of proposals whatever their categories, averaged over IoU 0.50 … 0.95.
 * @throws FastSAMError `INVALID_ARGUMENT`, see `evaluateCoco`.
 */
export function evaluateProposals(
  groundTruth: CocoDataset,
  proposals: readonly CocoDetection[],
  kind: CocoKind,
  counts: readonly number[] = PROPOSAL_COUNTS,
): ProposalTable {
  return proposalTable(evaluateCoco(groundTruth, proposals, proposalOptions(kind, counts)));
}

/** The table of an evaluation. */
export function proposalTable(evaluation: CocoEvaluation): ProposalTable {
  const { areas, maxDets, kind } = evaluation.options;
  const names = areas.map(({ name }) => name);
  const rows = maxDets.map((limit) => ({
    proposals: limit,
    recall: Object.fromEntries(names.map((area) => [area, evaluation.averageRecall({ area, maxDets: limit })])),
  }));
  const auc = Object.fromEntries(names.map((area) => [area, areaUnder(rows, area)]));
  return { kind, rows, auc };
}

/** Trapezoids over the logarithm of the number of proposals, as a share of its range. */
function areaUnder(rows: readonly ProposalRow[], area: string): number {
  const range = Math.log(rows[rows.length - 1].proposals / rows[0].proposals);
  if (rows.some(({ recall }) => recall[area] < 0)) return -1;
  if (range === 0) return rows[0].recall[area];
  let sum = 0;
  for (let i = 1; i < rows.length; i++) {
    const [left, right] = [rows[i - 1], rows[i]];
    sum += ((left.recall[area] + right.recall[area]) / 2) * Math.log(right.proposals / left.proposals);
  }
  return sum / range;
}
