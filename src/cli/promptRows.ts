/** `--box`, `--point`, `--pick` and `--box-rule` as a prompt. */
import { invalidArgument } from '../errors.js';
import { PROMPT_OPTIONS } from '../prompt/kinds/list.js';
import { withoutUndefined } from '../options/withoutUndefined.js';
import type { Prompt } from '../prompt/kinds/list.js';
import { picked, type CommandValues } from './rows.js';

/**
 * The boxes and points of a command's values as a prompt; undefined where there are none.
 * @throws FastSAMError `INVALID_ARGUMENT` for a choice without anything to choose among.
 */
export function promptOf(values: CommandValues): Prompt | undefined {
  const { boxes, points, pick, boxRule } = picked(PROMPT_OPTIONS, values);
  if (!boxes && !points) {
    if (pick !== undefined) throw invalidArgument('--pick: got no --point; give one');
    if (boxRule !== undefined) throw invalidArgument('--box-rule: got no --box; give one');
    return undefined;
  }
  const rows = points as readonly (readonly number[])[] | undefined;
  return withoutUndefined({
    boxes,
    points: rows?.map(([x, y]) => [x, y]),
    labels: rows?.map((row) => row.at(2) ?? 1),
    pick,
    boxRule,
  });
}
