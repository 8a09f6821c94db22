/** From what callers write to boxes and labelled points, checked. */
import { FastSAMError } from '../errors.js';
import { checkPromptKeys } from '../options/promptOptions.js';
import type { Pick, Prompt } from './types.js';

/** xyxy. */
export type Box = readonly [number, number, number, number];

/** A point and what it says. */
export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  /** 1 foreground, 0 background; other numbers only under `compat`. */
  readonly label: number;
}

/** A prompt in its one form. */
export interface ParsedPrompt {
  readonly boxes: readonly Box[];
  readonly points: readonly LabelledPoint[];
  readonly pick: Pick;
  readonly boxRule: 'mask' | 'box';
}

const PICKS: readonly unknown[] = ['all', 'smallest', 'best', 'merge'] satisfies Pick[];
const BOX_RULES: readonly unknown[] = ['mask', 'box'] satisfies Prompt['boxRule'][];

/**
 * Brings a prompt into its one form: flat boxes and points become lists of one, labels default to foreground.
 * @throws FastSAMError `INVALID_PROMPT` for empty lists, wrong lengths, values that are no finite numbers, unknown
 *   choices.
 */
export function parsePrompt(prompt: Prompt): ParsedPrompt {
  checkPromptKeys(prompt);
  const boxes = rowsOf('boxes', prompt.boxes, 4) as unknown as Box[];
  const rows = rowsOf('points', prompt.points, 2);
  const labels = labelsOf(prompt.labels, rows.length);
  const points = rows.map(([x, y], i) => ({ x, y, label: labels[i] }));
  const { pick = 'all', boxRule = 'mask' } = prompt;
  if (!PICKS.includes(pick)) throw invalid(`pick: got '${pick}', expected all, smallest, best or merge`);
  if (!BOX_RULES.includes(boxRule)) {
    throw invalid(`boxRule: got '${boxRule}', expected mask or box`);
  }
  return { boxes, points, pick, boxRule };
}

/** Numbers in rows of one length: one row, a list of them, or none. */
export function rowsOf(what: string, value: unknown, length: number): number[][] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalid(`${what}: got ${typeof value}, expected a list`);
  if (value.length === 0)
    throw invalid(`${what}: got an empty list, expected at least one, leave it out to ask for none`);
  const rows: unknown[] = typeof value[0] === 'number' ? [value] : value;
  return rows.map((row, i) => {
    if (!Array.isArray(row) || row.length !== length || !row.every((v) => Number.isFinite(v))) {
      throw invalid(`${what}[${i}]: got ${JSON.stringify(row)}, expected ${length} finite numbers`);
    }
    return row as number[];
  });
}

function labelsOf(labels: Prompt['labels'], count: number): number[] {
  if (labels === undefined) return new Array<number>(count).fill(1);
  if (typeof labels !== 'number' && !Array.isArray(labels)) {
    throw invalid(`labels: got ${JSON.stringify(labels)}, expected 0 or 1, or a list of them`);
  }
  const list: readonly number[] = typeof labels === 'number' ? [labels] : labels;
  if (list.length !== count) throw invalid(`labels: got ${list.length}, expected one for each of ${count} points`);
  if (!list.every((label) => Number.isFinite(label)))
    throw invalid(`labels: got ${JSON.stringify(list)}, expected 0 or 1`);
  return [...list];
}

/** The error for a prompt that cannot be answered. */
export function invalid(message: string): FastSAMError {
  return new FastSAMError('INVALID_PROMPT', message);
}
