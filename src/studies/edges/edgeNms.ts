/** Edge non-maximum suppression: of a broad ridge only the crest stays, at its strength. */

/** Radius of the smoothing before directions are taken, in pixels, as for structured edges (Dollar and Zitnick 2015). */
const RADIUS = 4;
/** A pixel stays unless a neighbour across the edge is stronger by more than this factor. */
const TOLERANCE = 1.01;

/**
 * Sets every pixel to 0 that is weaker than one of the two points one pixel across the edge from it. The direction across
 * is that in which the smoothed map is curved most downwards (the eigenvector of the least eigenvalue of its second
 * derivatives); between pixels the map is interpolated linearly.
 * @param map float32 `width * height`, row by row.
 */
export function thinEdges(map: Float32Array, width: number, height: number): Float32Array {
  const smooth = smoothTriangle(map, width, height, RADIUS);
  const out = new Float32Array(map.length);
  const at = (x: number, y: number) => smooth[clamp(y, height) * width + clamp(x, width)];
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      if (map[p] === 0) continue;
      const xx = at(x + 1, y) - 2 * at(x, y) + at(x - 1, y);
      const yy = at(x, y + 1) - 2 * at(x, y) + at(x, y - 1);
      const xy = (at(x + 1, y + 1) - at(x - 1, y + 1) - at(x + 1, y - 1) + at(x - 1, y - 1)) / 4;
      // The eigenvector of the larger eigenvalue lies at half this angle; across the edge is at a right angle to it.
      const angle = 0.5 * Math.atan2(2 * xy, xx - yy) + Math.PI / 2;
      const dx = Math.cos(angle);
      const dy = Math.sin(angle);
      const strength = TOLERANCE * map[p];
      const weaker =
        strength < sample(map, width, height, x + dx, y + dy) || strength < sample(map, width, height, x - dx, y - dy);
      if (!weaker) out[p] = map[p];
    }
  }
  return out;
}

function clamp(i: number, n: number): number {
  return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/** Linear interpolation, border pixels repeated. */
function sample(map: Float32Array, width: number, height: number, x: number, y: number): number {
  const cx = Math.min(Math.max(x, 0), width - 1);
  const cy = Math.min(Math.max(y, 0), height - 1);
  const x0 = Math.floor(cx);
  const y0 = Math.floor(cy);
  const x1 = Math.min(x0 + 1, width - 1);
  const y1 = Math.min(y0 + 1, height - 1);
  const fx = cx - x0;
  const fy = cy - y0;
  const top = map[y0 * width + x0] * (1 - fx) + map[y0 * width + x1] * fx;
  const bottom = map[y1 * width + x0] * (1 - fx) + map[y1 * width + x1] * fx;
  return top * (1 - fy) + bottom * fy;
}

/** Weights 1 … r + 1 … 1 in both directions, border pixels repeated. */
function smoothTriangle(map: Float32Array, width: number, height: number, radius: number): Float32Array {
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => radius + 1 - Math.abs(i - radius));
  const total = (radius + 1) ** 2;
  const across = new Float32Array(map.length);
  const out = new Float32Array(map.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let value = 0;
      for (let i = -radius; i <= radius; i++) value += weights[i + radius] * map[y * width + clamp(x + i, width)];
      across[y * width + x] = value / total;
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let value = 0;
      for (let i = -radius; i <= radius; i++) value += weights[i + radius] * across[clamp(y + i, height) * width + x];
      out[y * width + x] = value / total;
    }
  }
  return out;
}
