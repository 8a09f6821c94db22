/** Rounding as Python and C round. */

/** Rounds to the nearest whole number, halves to the even one (Python's `round`, C's `rint`). */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest > 0.5 ? floor + 1 : floor;
  return floor % 2 === 0 ? floor : floor + 1;
}
