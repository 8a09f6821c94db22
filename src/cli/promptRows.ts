/** What the options of prompts ask for. */
import { invalidArgument } from '../errors.js';
import { PROMPT_KINDS, type Prompt } from '../prompt/kinds/list.js';
import { picked, type CommandValues } from './rows.js';

/**
 * The prompt of a command's values; undefined where they ask for nothing.
 * @throws FastSAMError `INVALID_PROMPT`; `INVALID_ARGUMENT` for a choice without anything to choose among.
 */
export function promptOf(values: CommandValues): Prompt | undefined {
  const parts = PROMPT_KINDS.map((kind): Prompt => {
    const given = picked(kind.options, values);
    return kind.fromCommand ? kind.fromCommand(given) : given;
  });
  const prompt: Prompt = Object.assign({}, ...parts) as Prompt;
  if (PROMPT_KINDS.some((kind) => kind.parse(prompt) !== undefined)) return prompt;
  const choice = Object.keys(prompt).at(0);
  if (choice === undefined) return undefined;
  throw invalidArgument(`${choice}: got nothing to choose among, expected a prompt such as --box or --point beside it`);
}
