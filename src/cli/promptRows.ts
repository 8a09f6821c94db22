/** What the options of prompts ask for. */
import { PROMPT_KINDS, type Prompt } from '../prompt/kinds/list.js';
import { picked, type CommandValues } from './rows.js';

/**
 * The prompt of a command's values; undefined where they ask for nothing.
 * @throws FastSAMError `INVALID_PROMPT`
 */
export function promptOf(values: CommandValues): Prompt | undefined {
  const parts = PROMPT_KINDS.map((kind): Prompt => {
    const given = picked(kind.options, values);
    return kind.fromCommand ? kind.fromCommand(given) : given;
  });
  const prompt: Prompt = Object.assign({}, ...parts) as Prompt;
  return PROMPT_KINDS.some((kind) => kind.parse(prompt) !== undefined) ? prompt : undefined;
}
