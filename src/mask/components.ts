/** Connected components, found on runs of pixels rather than on single ones. */
import { requireChoice } from '../options/requireKind.js';
import { fillBits, lowestBit } from './bits.js';
import { Mask, requireMask } from './mask.js';

/** Which neighbours belong together: the 4 beside a pixel, or the 8 around it. */
export type Connectivity = 4 | 8;

/** The horizontal runs of a mask with the component that each belongs to. Columns and rows are the window's. */
export interface LabelledRuns {
  /** Runs of row r are `rowStart[r]` to `rowStart[r + 1]` (exclusive). */
  readonly rowStart: Int32Array;
  /** First column of each run. */
  readonly start: Int32Array;
  /** Column after the last of each run. */
  readonly end: Int32Array;
  /** Component of each run, from 0 in the order in which a scan from the top left meets them. */
  readonly label: Int32Array;
  /** Pixels of each component. */
  readonly areas: Int32Array;
}

/** Extracts the runs of set bits, row by row. */
function findRuns(mask: Mask): { rowStart: Int32Array; start: number[]; end: number[] } {
  const { words, rowWords, height, width } = mask;
  const rowStart = new Int32Array(height + 1);
  const start: number[] = [];
  const end: number[] = [];
  for (let r = 0; r < height; r++) {
    let inside = 0;
    for (let w = 0; w < rowWords; w++) {
      const word = words[r * rowWords + w] | 0;
      if (word === -inside) continue;
      for (let edges = word ^ ((word << 1) | inside); edges !== 0; edges &= edges - 1) {
        const column = 32 * w + lowestBit(edges);
        if (inside) end.push(column);
        else start.push(column);
        inside ^= 1;
      }
    }
    if (inside) end.push(width);
    rowStart[r + 1] = start.length;
  }
  return { rowStart, start, end };
}

/** Root of a run's tree; halves the path on the way. */
function rootOf(parent: Int32Array, run: number): number {
  let i = run;
  while (parent[i] !== i) {
    parent[i] = parent[parent[i]];
    i = parent[i];
  }
  return i;
}

/** Labels the runs of a mask by connected component. */
export function labelRuns(mask: Mask, connectivity: Connectivity = 8): LabelledRuns {
  requireMask(mask);
  requireChoice('connectivity', connectivity, [4, 8]);
  const runs = findRuns(mask);
  const { rowStart } = runs;
  const start = Int32Array.from(runs.start);
  const end = Int32Array.from(runs.end);
  const parent = Int32Array.from(start, (_, i) => i);
  const reach = connectivity === 8 ? 1 : 0;
  for (let r = 1; r < mask.height; r++) {
    let above = rowStart[r - 1];
    const aboveEnd = rowStart[r];
    for (let run = rowStart[r]; run < rowStart[r + 1]; run++) {
      while (above < aboveEnd && end[above] + reach <= start[run]) above++;
      for (let k = above; k < aboveEnd && start[k] < end[run] + reach; k++) {
        const a = rootOf(parent, k);
        const b = rootOf(parent, run);
        // The earlier run stays the root, so that labels follow the scan order.
        if (a < b) parent[b] = a;
        else parent[a] = b;
      }
    }
  }
  const label = new Int32Array(start.length);
  const areas: number[] = [];
  for (let run = 0; run < start.length; run++) {
    const root = rootOf(parent, run);
    if (root === run) label[run] = areas.push(0) - 1;
    else label[run] = label[root];
    areas[label[run]] += end[run] - start[run];
  }
  return { rowStart, start, end, label, areas: Int32Array.from(areas) };
}

/** Component of the window's pixel at column x, row y, which must be inside the mask. */
export function labelAt(runs: LabelledRuns, x: number, y: number): number {
  let low = runs.rowStart[y];
  let high = runs.rowStart[y + 1] - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (runs.start[middle] <= x) low = middle;
    else high = middle - 1;
  }
  return runs.label[low];
}

/** The mask made of the components that `keep` accepts, in the same window. */
export function selectComponents(mask: Mask, runs: LabelledRuns, keep: (label: number) => boolean): Mask {
  const { gridWidth, gridHeight, x, y, width, height, rowWords } = mask;
  const words = new Uint32Array(mask.words.length);
  const kept = Array.from(runs.areas, (_, label) => keep(label));
  for (let r = 0; r < height; r++) {
    for (let run = runs.rowStart[r]; run < runs.rowStart[r + 1]; run++) {
      if (kept[runs.label[run]]) fillBits(words, r * rowWords, runs.start[run], runs.end[run]);
    }
  }
  return new Mask(gridWidth, gridHeight, x, y, width, height, words);
}
