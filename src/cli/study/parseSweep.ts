/** The texts of `--sweep`, as the values of settings and options. */
import { invalidArgument } from '../../errors.js';
import { checkValue } from '../../options/resolve.js';
import type { OptionTable, Row } from '../../options/row.js';
import { SWEPT_SETTINGS, type Sweep } from '../../studies/sweep.js';
import type { Study } from '../../studies/study.js';

/** A range of more values is a slip of the hand. */
const MOST_VALUES = 10_000;
/** Digits that decimal steps keep: 0.1 + 2 * 0.05 is 0.2. */
const DIGITS = 12;

/**
 * Parses `conf=0.1:0.5:0.05` (from, to, step; both ends), `iou=0.7,0.9`, `rule=mask,box`.
 * @throws FastSAMError `INVALID_ARGUMENT` for another form, an unknown name, a wrong value, or one name twice.
 */
export function parseSweep(study: Study, texts: readonly string[]): Sweep {
  const rows: OptionTable = { ...SWEPT_SETTINGS, ...study.options };
  const sweep: Record<string, readonly unknown[]> = {};
  for (const text of texts) {
    const [, word = '', list = ''] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
    if (list === '') throw wrong(text, 'NAME=VALUES, as conf=0.1:0.5:0.05 or iou=0.7,0.9');
    const name = word.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (!Object.hasOwn(rows, name)) throw wrong(word, `one of ${Object.keys(rows).join(', ')}`);
    if (Object.hasOwn(sweep, name)) throw wrong(`${name} twice`, 'each name once, with all its values');
    sweep[name] = list.includes(':')
      ? range(text, list)
      : list.split(',').map((part) => valueOf(text, rows[name], part));
    for (const value of sweep[name]) checkValue(`--sweep ${name}`, rows[name], value);
  }
  return sweep;
}

/** `from:to:step`, both ends where the steps meet them. */
function range(text: string, list: string): number[] {
  const parts = list.split(':').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [from, to, step] = parts;
  if (parts.length !== 3 || !parts.every(Number.isFinite) || step <= 0 || to < from) {
    throw wrong(text, 'FROM:TO:STEP with FROM up to TO and a step above 0');
  }
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > MOST_VALUES)
    throw wrong(`${text}, which is ${count} values`, `at most ${MOST_VALUES}; take a larger step`);
  return Array.from({ length: count }, (_, i) => Number((from + i * step).toPrecision(DIGITS)));
}

function valueOf(text: string, row: Row, part: string): unknown {
  if (row.isSwitch) {
    if (part !== 'true' && part !== 'false') throw wrong(text, 'true or false');
    return part === 'true';
  }
  const parse = row.cli?.parse ?? row.parse ?? ((given: string) => given);
  const value = parse(part);
  if (value === undefined) throw wrong(text, row.cli?.expected ?? row.expected);
  return value;
}

const wrong = (got: string, expected: string) => invalidArgument(`--sweep: got ${got}, expected ${expected}`);
