/** The points along outlines that are rasterised. */

/** Points of every outline of an image whose outlines have no more. */
const POINTS = 1000;

/** How many points the outlines of an image get. */
export function pointsOfOutlines(outlines: readonly Float32Array[]): number {
  const most = outlines.reduce((longest, outline) => Math.max(longest, outline.length / 2), 0);
  return most > POINTS ? most + 1 : POINTS;
}

/**
 * More points along a closed outline, its corners among them; Ultralytics rasterises these, and that each of them is
 * cut off to whole pixels is why masks come out up to a pixel smaller than the outline.
 * @returns float32 `[x0, y0, …]`.
 */
export function resampleOutline(outline: Float32Array, points: number): Float32Array {
  const n = outline.length / 2;
  if (n === points) return outline;
  const last = n; // the first corner again
  const free = points - (n + 1);
  const positions: number[] = [];
  let corner = 0;
  for (let i = 0; i < free; i++) {
    const position = free === 1 ? 0 : (last / (free - 1)) * i;
    while (corner <= last && corner <= position) positions.push(corner++);
    positions.push(i === free - 1 && free > 1 ? last : position);
  }
  while (corner <= last) positions.push(corner++);
  const out = new Float32Array(2 * positions.length);
  positions.forEach((position, i) => {
    const from = Math.min(Math.floor(position), n - 1);
    const to = (from + 1) % n;
    for (const axis of [0, 1]) {
      const [a, b] = [outline[2 * from + axis], outline[2 * to + axis]];
      out[2 * i + axis] = (b - a) * (position - from) + a;
    }
  });
  return out;
}
