/** The order in which CPython (3.9 to 3.13 at least) lists a set of small whole numbers. */

const FIRST_SIZE = 8;
const PERTURB_SHIFT = 5;
/** Slots tried side by side before jumping. */
const LINEAR_PROBES = 9;
const LARGE_SET = 50_000;

/**
 * `list(set(values))`: numbers in the order of an open-addressed table in which a number's hash is itself. Ascending as
 * long as all numbers are below the table's size, but `{1, 8}` lists 8 first.
 * @param values whole numbers from 0 to 2^31 - 1.
 */
export function listOfSet(values: readonly number[]): number[] {
  let table = new Int32Array(FIRST_SIZE).fill(-1);
  let used = 0;
  for (const value of values) {
    const slot = slotOf(table, value);
    if (table[slot] === value) continue;
    table[slot] = value;
    used++;
    if (used * 5 >= (table.length - 1) * 3) table = grow(table, used > LARGE_SET ? used * 2 : used * 4);
  }
  return [...table].filter((value) => value >= 0);
}

/** Where the value is, or where it goes. */
function slotOf(table: Int32Array, value: number): number {
  const mask = table.length - 1;
  let perturb = value;
  let start = value & mask;
  for (;;) {
    const probes = start + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0;
    for (let slot = start; slot <= start + probes; slot++) {
      if (table[slot] === -1 || table[slot] === value) return slot;
    }
    perturb >>>= PERTURB_SHIFT;
    start = (Math.imul(start, 5) + 1 + perturb) & mask;
  }
}

/** A table of more than `least` slots with the same values, put in in their order. */
function grow(table: Int32Array, least: number): Int32Array<ArrayBuffer> {
  let size = FIRST_SIZE;
  while (size <= least) size *= 2;
  const larger = new Int32Array(size).fill(-1);
  for (const value of table) if (value >= 0) larger[slotOf(larger, value)] = value;
  return larger;
}
