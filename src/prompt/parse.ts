/** From a prompt that callers write to its parts, each checked by its kind. */
import { checkNames } from '../options/names.js';
import { PROMPT_KINDS, PROMPT_OPTIONS, type Prompt, type PromptRecord } from './kinds/list.js';
import type { BuiltInKind } from './kinds/kind.js';
import type { Selection } from './types.js';
import { invalidPrompt } from './values.js';

/** What a prompt asks with one kind. */
export interface PromptPart {
  readonly kind: BuiltInKind<Prompt, unknown, object>;
  /** As the kind's `parse` returns it. */
  readonly parsed: unknown;
}

/** A prompt that was checked. */
export interface ParsedPrompt {
  /** As it was written. */
  readonly given: Prompt;
  /** One for each kind that it asks with; at least one. */
  readonly parts: readonly PromptPart[];
}

/**
 * Checks a prompt.
 * @throws FastSAMError `INVALID_PROMPT` for unknown names, a prompt that asks for nothing, empty lists, wrong lengths,
 *   values that are no finite numbers, unknown choices.
 */
export function parsePrompt(given: Prompt): ParsedPrompt {
  checkNames(given, Object.keys(PROMPT_OPTIONS), 'INVALID_PROMPT');
  const parts = PROMPT_KINDS.flatMap((kind): PromptPart[] => {
    const parsed = kind.parse(given);
    return parsed === undefined ? [] : [{ kind, parsed }];
  });
  if (parts.length === 0) {
    throw invalidPrompt(
      'prompt: got neither boxes nor points, expected at least one; texts: promptText(…); everything: the results themselves',
    );
  }
  return { given, parts };
}

/** The part of a kind; undefined if the prompt asks nothing with it. */
export function partOf<V, P, R extends object>({ parts }: ParsedPrompt, kind: BuiltInKind<V, P, R>): P | undefined {
  // A part's value is what its own kind made.
  return parts.find((part) => part.kind.name === kind.name)?.parsed as P | undefined;
}

/** What results note of a prompt and its answer. */
export function recordPrompt({ parts }: ParsedPrompt, selection: Pick<Selection, 'merged'>): PromptRecord {
  return Object.assign({}, ...parts.map(({ kind, parsed }) => kind.record(parsed, selection))) as PromptRecord;
}
