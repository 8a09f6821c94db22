/** The kinds of prompts there are. A new one: its file beside this one, its line in the list, its part of the types. */
import type { Canvas } from '../../draw/canvas.js';
import type { RowsOf } from '../../options/row.js';
import { BOX_OPTIONS, boxKind, type BoxPrompt, type BoxRecord } from './box.js';
import type { BuiltInKind, NotedKind } from './kind.js';
import { POINT_OPTIONS, pointKind, type PointPrompt, type PointRecord } from './point.js';
import { textKind, type TextRecord } from './text.js';

/** A question about an image. Boxes and points together: objects that answer either. */
export interface Prompt extends BoxPrompt, PointPrompt {}

/** What the `record` of a kind of one's own returns is in the record of a prompt, too. */
type OwnRecord = Readonly<Record<string, unknown>>;

/** What was asked of an image. Coordinates are pixels of the image. */
export interface PromptRecord extends BoxRecord, PointRecord, TextRecord, OwnRecord {}

/** A row for each property of a `Prompt`. */
export const PROMPT_OPTIONS = { ...BOX_OPTIONS, ...POINT_OPTIONS } satisfies RowsOf<Prompt>;

/** The kinds that a `Prompt` is made of. */
export const PROMPT_KINDS: readonly BuiltInKind<Prompt, unknown, object>[] = [boxKind, pointKind];

/** Texts are answered by encoders, which takes a call of its own. */
const NOTED_KINDS: readonly NotedKind<unknown, object>[] = [...PROMPT_KINDS, textKind];

/**
 * Draws what a record notes.
 * @param own a kind that is not built in and has a part in the record.
 */
export function drawPromptRecord(canvas: Canvas, record: PromptRecord, own?: NotedKind<never, object>): void {
  for (const kind of [...NOTED_KINDS, ...(own ? [own] : [])]) kind.draw?.(canvas, record);
}
