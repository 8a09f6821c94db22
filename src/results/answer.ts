/** Prompts on the record of one image: what they choose, and what results note of it. */
import { referenceOf } from '../compat/references.js';
import { invalidArgument } from '../errors.js';
import type { Mask } from '../mask/mask.js';
import { unletterboxMask } from '../mask/resize.js';
import { boundingBox } from '../mask/setOps.js';
import { showValue } from '../options/showValue.js';
import type { PromptKind } from '../prompt/kinds/kind.js';
import type { Prompt, PromptRecord } from '../prompt/kinds/list.js';
import { parsePrompt, recordPrompt } from '../prompt/parse.js';
import type { PromptTarget, Selection } from '../prompt/types.js';
import { invalidPrompt } from '../prompt/values.js';
import { selectRows, type IdentifiedData, type ResultsData, type SceneRecord } from '../record/record.js';

/** The answer to a prompt. */
export interface Answer {
  readonly selection: Selection;
  readonly promptRecord: PromptRecord;
  /** Where a kind answered that is not built in. */
  readonly promptKind?: ResultsData['promptKind'];
}

/** See `Results.prompt`. */
export function answerPrompt(record: SceneRecord, prompt: Prompt): Answer {
  const parsed = parsePrompt(prompt);
  const selection = referenceOf(record.compat).prompts.select(targetOf(record), parsed);
  return { selection, promptRecord: recordPrompt(parsed, selection) };
}

/** See `Results.promptWith`. Masks are always looked at on the image's grid. */
export function answerWith<V, P, R extends object>(record: SceneRecord, kind: PromptKind<V, P, R>, value: V): Answer {
  checkKind(kind);
  const parsed = kind.parse(value);
  if (parsed === undefined)
    throw invalidPrompt(`${kind.name}: got an empty prompt, expected one that asks for something`);
  const selection = kind.select(targetWith(record, record.imageMasks), parsed);
  checkSelection(kind.name, selection);
  if (selection.merged) requireImageGrid(kind.name, selection.merged, record);
  // What a kind notes beside the built-in ones is under keys of its own.
  const promptRecord = kind.record(parsed, selection) as PromptRecord;
  return { selection, promptRecord, promptKind: kind };
}

function checkKind(value: unknown): void {
  const kind = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof kind.name !== 'string') {
    throw invalidArgument(`prompt kind: name: got ${showValue(kind.name)}, expected a text`);
  }
  const wrong = ['parse', 'select', 'record'].find((name) => typeof kind[name] !== 'function');
  if (wrong === undefined) return;
  throw invalidArgument(`prompt kind ${kind.name}: ${wrong}: got ${showValue(kind[wrong])}, expected a function`);
}

function checkSelection(name: string, value: unknown): void {
  const { indices, matches } = (value ?? {}) as Partial<Selection>;
  if (Array.isArray(indices) && Array.isArray(matches)) return;
  throw invalidArgument(`${name}: got ${showValue(value)} from select, expected { indices, matches }, two lists`);
}

/** What prompts choose from, on the grid that the reference's prompts look at. */
export function targetOf(record: SceneRecord): PromptTarget {
  const { onMaskGrid } = referenceOf(record.compat).prompts;
  return targetWith(record, onMaskGrid ? record.masks.list : record.imageMasks);
}

function targetWith({ image, boxes, scores }: SceneRecord, masks: readonly Mask[]): PromptTarget {
  return { image, boxes: boxes.xyxy, scores, masks };
}

function requireImageGrid(name: string, { gridWidth, gridHeight }: Mask, { image }: SceneRecord): void {
  if (gridWidth === image.width && gridHeight === image.height) return;
  throw invalidArgument(
    `${name}: got a merged mask of ${gridWidth} x ${gridHeight} pixels, expected the image's ${image.width} x ` +
      `${image.height}; make it of the masks of the target`,
  );
}

/** The rows that an answer chooses. A merged one is one object; its score, id and class are those of the best of them. */
export function answeredRows(data: IdentifiedData, { selection, promptRecord, promptKind }: Answer): ResultsData {
  const { indices, merged, matches } = selection;
  const note = { promptRecord, promptKind, matches };
  if (!merged) return { ...selectRows(data, indices), ...note };
  if (merged.area === 0 || indices.length === 0) return { ...selectRows(data, []), ...note };
  return {
    ...selectRows(data, indices.slice(0, 1)),
    masks: [merged],
    boxes: Float32Array.from(boundingBox(unletterboxMask(merged, data.letterbox))),
    maskInputs: undefined, // no coefficients make this mask
    anchors: undefined,
    ...note,
  };
}
