/** Refuses what a peer has no choice about, so that no option of a prompt goes unheard. */
import type { BuiltInKind } from '../prompt/kinds/kind.js';
import { boxKind } from '../prompt/kinds/box.js';
import { pointKind } from '../prompt/kinds/point.js';
import type { ParsedPrompt } from '../prompt/parse.js';
import type { TextOptions } from '../prompt/textOptions.js';
import { invalidPrompt } from '../prompt/values.js';
import type { Compat } from './reference.js';

/** The kinds of prompt that the peers know. */
const PEERS_KINDS: readonly Pick<BuiltInKind<never, never, object>, 'name'>[] = [boxKind, pointKind];

/**
 * @param merges whether the peer knows `pick: 'merge'`.
 * @throws FastSAMError `INVALID_PROMPT` for a choice or a kind of prompt that the peer does not know.
 */
export function refuseOwnPrompts({ given, parts }: ParsedPrompt, compat: Compat, merges: boolean): void {
  const { pick = 'all', boxRule = 'mask' } = given;
  const other = parts.find(({ kind }) => !PEERS_KINDS.some(({ name }) => name === kind.name));
  if (other)
    throw invalidPrompt(`${Object.keys(other.kind.options)[0]}: compat '${compat}' does not know it, leave it out`);
  if (pick !== 'all' && !(merges && pick === 'merge'))
    throw invalidPrompt(`pick: got '${pick}', which compat '${compat}' does not know, leave it out`);
  if (boxRule !== 'mask')
    throw invalidPrompt(`boxRule: got '${boxRule}', which compat '${compat}' does not know, leave it out`);
}

const TEXT_OPTIONS = ['threshold', 'crop', 'background', 'templates', 'negatives', 'minArea', 'within'] as const;

/** @throws FastSAMError `INVALID_PROMPT` for an option of text prompts that the peers do not know. */
export function refuseOwnTexts(options: TextOptions, compat: Compat): void {
  const topK = (options.topK ?? 1) === 1 ? undefined : 'topK';
  const own = TEXT_OPTIONS.find((name) => options[name] !== undefined) ?? topK;
  if (own) throw invalidPrompt(`${own}: compat '${compat}' does not know it, leave it out`);
}
