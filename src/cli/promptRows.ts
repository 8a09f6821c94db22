/** `--box`, `--point`, `--pick` and `--box-rule` as a prompt. */
import { PROMPT_OPTIONS } from '../prompt/kinds/list.js';
import { withoutUndefined } from '../options/withoutUndefined.js';
import type { Prompt } from '../prompt/kinds/list.js';
import { picked, type CommandValues } from './rows.js';

/** The boxes and points of a command's values as a prompt; undefined where there are none. */
export function promptOf(values: CommandValues): Prompt | undefined {
  const { boxes, points, pick, boxRule } = picked(PROMPT_OPTIONS, values);
  if (!boxes && !points) return undefined;
  const rows = points as readonly (readonly number[])[] | undefined;
  return withoutUndefined({
    boxes,
    points: rows?.map(([x, y]) => [x, y]),
    labels: rows?.map((row) => row.at(2) ?? 1),
    pick,
    boxRule,
  });
}
