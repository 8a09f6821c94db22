/** The order of numbered files. */

/**
 * Compares names as people count: runs of digits as numbers, so that `2.jpg` comes before `10.jpg`; all else by UTF-16
 * units, the same on every machine. Of equal numbers the one with more leading zeros comes first.
 */
export function compareNaturally(a: string, b: string): number {
  const [mine, theirs] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.min(mine.length, theirs.length); i++) {
    const order = compareParts(mine[i], theirs[i]);
    if (order !== 0) return order;
  }
  return mine.length - theirs.length || compareUnits(a, b);
}

function partsOf(name: string): string[] {
  return name.match(/\d+|\D+/g) ?? [];
}

function compareParts(a: string, b: string): number {
  if (!isNumber(a) || !isNumber(b)) return compareUnits(a, b);
  const [x, y] = [a.replace(/^0+(?=\d)/, ''), b.replace(/^0+(?=\d)/, '')];
  return x.length - y.length || compareUnits(x, y); // of any length: no number type would do
}

function isNumber(part: string): boolean {
  return /^\d/.test(part);
}

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
