/** What a kind of prompt is: everything about boxes, points or texts stands in one such object. */
import type { Canvas } from '../../draw/canvas.js';
import type { Mask } from '../../mask/mask.js';
import type { OptionTable } from '../../options/row.js';
import type { PromptTarget, Selection } from '../types.js';

/** A kind of prompt as results note and draw it. `P`: the checked prompt; `R`: what the record holds of it. */
export interface NotedKind<P, R extends object> {
  /** Stands in `Match.kind` and in messages. */
  readonly name: string;
  /**
   * What the record of results (`Results.promptRecord`, JSON) notes; its keys should be of no other kind.
   * @param selection what the prompt chose.
   */
  record(parsed: P, selection: Pick<Selection, 'merged'>): R;
  /**
   * Draws the prompt on an image of the results. Absent: nothing is drawn.
   * @param record of all kinds; what this one noted is missing where the prompt had none of it.
   */
  draw?(canvas: Canvas, record: Partial<R>): void;
}

/**
 * A kind of prompt that chooses objects; see `Results.promptWith`. `V`: what callers write; `P`: the same, checked and in
 * one form; `R`: what the record holds of it.
 */
export interface PromptKind<V, P = V, R extends object = object> extends NotedKind<P, R> {
  /**
   * Checks a value and brings it into one form; undefined if it asks for nothing.
   * @throws FastSAMError `INVALID_PROMPT` for a value that is no prompt.
   */
  parse(value: V): P | undefined;
  /**
   * Chooses objects.
   * @throws FastSAMError `INVALID_PROMPT` for a prompt that cannot be answered on this image.
   */
  select(target: PromptTarget, parsed: P): Selection;
}

/** A kind that is a part of `Prompt`. `V`: the properties of `Prompt` that belong to it. */
export interface BuiltInKind<V, P, R extends object> extends PromptKind<V, P, R> {
  /** A row for each of its properties in `Prompt`. */
  readonly options: OptionTable;
  /** Makes its properties of what the command line gathered by its rows. Absent: they are the same. */
  fromCommand?(values: Partial<V>): V;
  /** The prompt that asks for each of some regions; studies make prompts of ground truth so. */
  promptFor(regions: readonly Mask[]): V;
}
