/** Values and counts in messages. */

const LONGEST = 60;

/** Members of a list, and levels of lists, that are looked at: there may be millions, and circles. */
const MOST_SHOWN = 30;
const DEEPEST = 3;

/** A value for a message: texts in quotes, lists in brackets, objects by their class, never long. It never throws. */
export function showValue(value: unknown): string {
  try {
    const text = describe(value, 0);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  } catch {
    return 'an object that cannot be read'; // a proxy, a getter that throws
  }
}

function describe(value: unknown, depth: number): string {
  if (typeof value === 'string') return `'${value.slice(0, LONGEST + 1)}'`;
  if (Array.isArray(value)) {
    if (depth === DEEPEST) return '[…]';
    return `[${Array.from(value.slice(0, MOST_SHOWN), (one) => describe(one, depth + 1)).join(', ')}]`;
  }
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null)
    return `an object (${Object.prototype.toString.call(value).slice(8, -1)})`;
  return String(value);
}

/** A number of things: `1 image`, `3 images`. */
export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
