/** Masks as paths on the screen: smooth fills and outlines of what is in sight. */
import { masks, type Mask } from 'fastsam-tfjs/mask';
import { MARGIN, type Grid } from './grid.js';
import { sampled } from './sampled.js';

/** Overlay pixels that an outline may leave the mask's: it takes the steps off slanted edges. */
const SMOOTH = 0.8;

/** Paths of masks on one grid; a mask never changes, so its path is made once. */
export class Paths {
  #grid: Grid | undefined;
  #made = new WeakMap<Mask, Path2D>();

  /** In pixels of the overlay. */
  of(mask: Mask, grid: Grid): Path2D {
    if (grid !== this.#grid) this.#made = new WeakMap();
    this.#grid = grid;
    const known = this.#made.get(mask);
    if (known) return known;
    const path = new Path2D();
    const seen = sampled(mask, grid);
    if (seen) {
      for (const { outer, holes } of masks.toPolygons(seen, { along: 'corners', tolerance: SMOOTH })) {
        for (const ring of [outer, ...holes]) addRing(path, ring);
      }
    }
    this.#made.set(mask, path);
    return path;
  }
}

function addRing(path: Path2D, ring: Int32Array): void {
  path.moveTo(ring[0] - MARGIN, ring[1] - MARGIN);
  for (let i = 2; i < ring.length; i += 2) path.lineTo(ring[i] - MARGIN, ring[i + 1] - MARGIN);
  path.closePath();
}
