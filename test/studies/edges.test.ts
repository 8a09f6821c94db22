import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import '../../src/index.js';
import { assign, type SparseGraph } from '../../src/geometry/assignment.js';
import { benchmarkEdges, scoreEdges, type EdgeCounts, type HumanMap } from '../../src/evaluate/edges/benchmark.js';
import { correspond, edgePixels, indexMap } from '../../src/evaluate/edges/correspond.js';
import { edgeMapOf, edgeStrength, normaliseEdges } from '../../src/studies/edges/edgeMap.js';
import { thinEdges } from '../../src/studies/edges/edgeNms.js';
import { readHumanMaps } from '../../src/studies/edges/groundTruth.js';
import { thin } from '../../src/evaluate/edges/thin.js';
import { letterboxGeometry } from '../../src/image/letterbox.js';
import { readImage } from '../../src/source/readImage.js';
import { Mask } from '../../src/mask/mask.js';
import { Results } from '../../src/results/results.js';
import { bitmapOf, BSDS, indicesOf } from './bsds.js';
import { goldenPath, readGolden } from '../support/golden.js';

interface Counts extends EdgeCounts {
  cost: number[];
}
interface Scores {
  ods: number;
  ois: number;
  ap: number;
  r50: number;
}

/** The four figures of a run. */
function figures(counts: readonly EdgeCounts[]): Scores {
  const { ods, ois, ap, r50 } = scoreEdges(counts);
  return { ods: ods.f, ois: ois.f, ap, r50 };
}

function expectScores(found: Scores, expected: Scores): void {
  const list = ({ ods, ois, ap, r50 }: Scores) => [ods, ois, ap, r50];
  expect(list(found)).toBeAllclose(list(expected), { atol: 1e-3 });
}

describe('thinning', () => {
  test("is scikit-image's, pixel for pixel", () => {
    interface Case {
      width: number;
      height: number;
      pixels: number[];
      thin: number[];
    }
    for (const { width, height, pixels, thin: expected } of readGolden<Case[]>('bsds/thin.json')) {
      expect(indicesOf(thin(bitmapOf(pixels, width * height), width, height))).toEqual(expected);
    }
  });

  test('leaves lines of one pixel, and what is thinned already', () => {
    const line = bitmapOf([10, 11, 12, 13, 14], 25);
    expect(thin(line, 5, 5)).toEqual(line);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 79 }), { maxLength: 60 }), (places) => {
        const once = thin(bitmapOf(places, 80), 10, 8);
        expect(thin(once, 10, 8)).toEqual(once);
      }),
    );
  });
});

describe('the assignment', () => {
  /** All edges of a table of costs; -1: none. */
  function graphOf(table: readonly (readonly number[])[], columns: number): SparseGraph {
    const starts = [0];
    const targets: number[] = [];
    const costs: number[] = [];
    for (const row of table) {
      row.forEach((cost, column) => {
        if (cost < 0) return;
        targets.push(column);
        costs.push(cost);
      });
      starts.push(targets.length);
    }
    return {
      rows: table.length,
      columns,
      starts: Int32Array.from(starts),
      targets: Int32Array.from(targets),
      costs: Int32Array.from(costs),
    };
  }

  /** The least cost, by trying everything. */
  function leastCost(table: readonly (readonly number[])[], unmatched: number, row = 0, used = 0): number {
    if (row === table.length) return 0;
    let best = unmatched + leastCost(table, unmatched, row + 1, used);
    table[row].forEach((cost, column) => {
      if (cost < 0 || used & (1 << column)) return;
      best = Math.min(best, cost + leastCost(table, unmatched, row + 1, used | (1 << column)));
    });
    return best;
  }

  test('costs as little as the best of all matchings', () => {
    const table = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })).chain(([rows, columns]) =>
      fc.array(fc.array(fc.integer({ min: -4, max: 9 }), { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      }),
    );
    fc.assert(
      fc.property(table, fc.integer({ min: 0, max: 40 }), (costs, unmatched) => {
        const found = assign(
          graphOf(costs, costs[0].length),
          Int32Array.from(costs, () => unmatched),
        );
        const taken = [...found].filter((column) => column >= 0);
        expect(new Set(taken).size).toBe(taken.length);
        const cost = [...found].reduce((sum, column, row) => sum + (column < 0 ? unmatched : costs[row][column]), 0);
        expect(cost).toBe(leastCost(costs, unmatched));
        for (const [row, column] of found.entries())
          if (column >= 0) expect(costs[row][column]).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1000 },
    );
  });

  test('gives up a near pair where that leaves fewer alone', () => {
    // Row 0 could take column 0 for nothing, but row 1 has no other.
    expect([
      ...assign(
        graphOf(
          [
            [0, 5],
            [3, -1],
          ],
          2,
        ),
        Int32Array.of(1000, 1000),
      ),
    ]).toEqual([1, 0]);
  });
});

describe('correspondence of edge pixels', () => {
  test('reaches as far as the largest distance and no farther', () => {
    const human = indexMap(bitmapOf([0], 100), 10, 10, 5);
    const partner = (x: number, y: number) => correspond(Int32Array.of(10 * y + x), human).count;
    expect([partner(3, 4), partner(5, 0), partner(4, 4), partner(0, 6)]).toEqual([1, 1, 0, 0]);
  });

  test('does not wrap around the ends of rows', () => {
    const human = indexMap(bitmapOf([9], 100), 10, 10, 2);
    expect(correspond(Int32Array.of(10), human).count).toBe(0);
  });

  test('gives each pixel one partner', () => {
    const human = indexMap(bitmapOf([44], 100), 10, 10, 3);
    expect(correspond(Int32Array.of(43, 44, 45), human)).toEqual({ partners: Int32Array.of(-1, 0, -1), count: 1 });
  });
});

describe('the benchmark', () => {
  const golden = readGolden<{
    cases: {
      width: number;
      height: number;
      maxDistance: number;
      levels: number[];
      humans: number[][];
      counts: Counts;
    }[];
    scores: Scores;
  }>('bsds/synthetic.json');

  test("counts as the Python port with scipy's assignment does", () => {
    const all = golden.cases.map(({ width, height, maxDistance, levels, humans, counts }) => {
      const maps = humans.map((places) => ({ data: bitmapOf(places, width * height), width, height }));
      const map = Float32Array.from(levels, (level) => level / 255);
      const found = benchmarkEdges(map, maps, { maxDistance });
      expect(found.human).toBe(counts.human);
      expect(found.machine).toEqual(counts.machine);
      expect(found.foundHuman).toEqual(counts.foundHuman); // how many pairs there are does not depend on ties
      return found;
    });
    expectScores(figures(all), golden.scores);
  });

  test('finds pairs of the same total distance as scipy', () => {
    for (const { width, height, maxDistance, levels, humans, counts } of golden.cases) {
      const reach = maxDistance * Math.hypot(width, height);
      for (const t of [1, 20, 50, 80, 99]) {
        const cut = thin(
          levels.map((level) => (level * 100 >= 255 * t ? 1 : 0)),
          width,
          height,
        );
        const machine = edgePixels(cut);
        let cost = 0;
        for (const places of humans) {
          const human = indexMap(bitmapOf(places, width * height), width, height, reach);
          correspond(machine, human).partners.forEach((partner, i) => {
            if (partner < 0) return;
            const [a, b] = [machine[i], human.pixels[partner]];
            const across = (a % width) - (b % width);
            const down = Math.floor(a / width) - Math.floor(b / width);
            cost += Math.round(100 * Math.hypot(across, down));
          });
        }
        expect(cost).toBe(counts.cost[t - 1]);
      }
    }
  });

  test('gives a map that equals the human one a perfect score', () => {
    const { width, height, humans } = golden.cases[0];
    const data = bitmapOf(humans[0], width * height);
    const counts = benchmarkEdges(Float32Array.from(data), [{ data, width, height }], { thin: false });
    expect(figures([counts])).toEqual({ ods: 1, ois: 1, ap: 1, r50: 1 });
  });

  test('gives an empty map nothing, and images without human edges neither', () => {
    const empty: HumanMap = { data: new Uint8Array(100), width: 10, height: 10 };
    const drawn: HumanMap = { ...empty, data: bitmapOf([3, 4, 5], 100) };
    expect(figures([benchmarkEdges(new Float32Array(100), [drawn])])).toEqual({ ods: 0, ois: 0, ap: 0, r50: 0 });
    expect(figures([benchmarkEdges(new Float32Array(100).fill(1), [empty])])).toMatchObject({ ods: 0, ois: 0 });
    expect(figures([])).toEqual({ ods: 0, ois: 0, ap: 0, r50: 0 });
  });

  test('refuses maps of other sizes', () => {
    const human: HumanMap = { data: new Uint8Array(100), width: 10, height: 10 };
    expect(() => benchmarkEdges(new Float32Array(99), [human])).toThrow('expected 10 x 10 as in the human maps');
    expect(() => benchmarkEdges(new Float32Array(100), [])).toThrow('got no human maps');
  });
});

describe.skipIf(BSDS === undefined)('BSDS500 (skipped: no data set beside the repository)', () => {
  const golden = readGolden<{ images: Record<string, { counts: Counts }>; scores: Scores }>('bsds/real.json');
  const found: EdgeCounts[] = [];
  const humansOf = (name: string) =>
    readHumanMaps(new Uint8Array(readFileSync(join(BSDS ?? '', 'groundTruth', `${name}.mat`))), name);

  beforeAll(async () => {
    for (const name of Object.keys(golden.images)) {
      const { data } = await readImage(goldenPath(`bsds/${name}.png`));
      const map = Float32Array.from({ length: data.length / 3 }, (_, p) => data[3 * p] / 255);
      found.push(benchmarkEdges(map, humansOf(name)));
    }
  });

  test("has the Python port's counts and scores", () => {
    Object.values(golden.images).forEach(({ counts }, i) => {
      expect(found[i].human).toBe(counts.human);
      expect(found[i].machine).toEqual(counts.machine);
      expect(found[i].foundHuman).toEqual(counts.foundHuman);
    });
    expectScores(figures(found), golden.scores);
  });

  test('scores a human map against itself perfectly', () => {
    for (const name of Object.keys(golden.images)) {
      for (const human of humansOf(name).slice(0, 2)) {
        const counts = benchmarkEdges(Float32Array.from(human.data), [human], { thin: false });
        expect(figures([counts])).toEqual({ ods: 1, ois: 1, ap: 1, r50: 1 });
      }
    }
  });
});

describe('edge non-maximum suppression', () => {
  test('keeps the pixels that the Python port keeps', () => {
    for (const { height, width, map, kept } of readGolden<
      { height: number; width: number; map: number[]; kept: number[] }[]
    >('bsds/nms.json')) {
      const found = indicesOf(thinEdges(Float32Array.from(map), width, height));
      const expected = new Set(kept);
      // Rounding decides where a neighbour is stronger by just the tolerance.
      const differing =
        found.filter((p) => !expected.has(p)).length + expected.size - found.filter((p) => expected.has(p)).length;
      expect(differing).toBeLessThanOrEqual(2);
      expect(found.length).toBeGreaterThan(20);
    }
  });

  test('leaves the crest of a ridge at its strength', () => {
    const profile = [0, 0.2, 0.5, 0.9, 0.5, 0.2, 0, 0, 0, 0, 0];
    const ridge = Float32Array.from({ length: 11 * 9 }, (_, p) => profile[p % 11]);
    const crest = Float32Array.from({ length: 11 * 9 }, (_, p) => (p % 11 === 3 ? profile[3] : 0));
    expect(thinEdges(ridge, 11, 9)).toEqual(crest);
  });
});

describe('the edge map of masks', () => {
  const side = 64;
  /** Two objects whose logits are +-8: the left half of the image, and its lower half. */
  function scene(boxes: readonly number[]): Results {
    const cells = side / 4;
    const prototypes = new Float32Array(2 * cells * cells);
    for (let y = 0, p = 0; y < cells; y++) {
      for (let x = 0; x < cells; x++) {
        prototypes[p++] = x < cells / 2 ? 8 : -8;
        prototypes[p++] = y < cells / 2 ? -8 : 8;
      }
    }
    return new Results({
      image: { data: new Uint8Array(3 * side * side), width: side, height: side },
      boxes: Float32Array.from(boxes),
      scores: Float32Array.of(0.9, 0.8),
      masks: [Mask.empty(side, side), Mask.empty(side, side)],
      speed: { preprocess: 0, inference: 0, postprocess: 0 },
      model: 'made up',
      imgsz: side,
      device: 'wasm',
      precision: 'fp32',
      letterbox: letterboxGeometry(side, side, side),
      maskInputs: { prototypes, height: cells, width: cells, coefficients: Float32Array.of(1, 0, 0, 1) },
    });
  }
  const whole = [0, 0, side, side];

  test('has lines where masks end, of both masks', () => {
    const map = edgeMapOf(scene([...whole, ...whole]), 'image');
    const strong = (x: number, y: number) => map[y * side + x] > 0.9;
    expect(Math.max(...map)).toBeLessThanOrEqual(1);
    for (const at of [4, 12, 52, 60]) {
      expect([30, 31, 32, 33].some((x) => strong(x, at))).toBe(true);
      expect([30, 31, 32, 33].some((y) => strong(at, y))).toBe(true);
      expect([10, 20, 44, 54].some((x) => strong(x, at))).toBe(false);
    }
  });

  test('leaves out what lies beyond a box, but nothing along its border', () => {
    const near = edgeStrength(scene([0, 0, side, 32, ...whole]), 'box');
    const all = edgeStrength(scene([0, 0, side, 32, ...whole]), 'image');
    const row = (values: Float32Array, y: number) => [...values.subarray(y * side, (y + 1) * side)];
    expect(row(near, 33)).toEqual(row(all, 33));
    expect(row(near, 10)).toEqual(row(all, 10));
    expect(Math.max(...row(near, 50))).toBeLessThan(0.01);
    expect(Math.max(...row(all, 50))).toBeGreaterThan(1);
  });

  test('is empty without objects, and asks for prototypes', () => {
    expect(edgeMapOf(scene([...whole, ...whole]).select([]))).toEqual(new Float32Array(side * side));
    expect(() => edgeMapOf(scene([...whole, ...whole]).with({ maskInputs: undefined }))).toThrow('without prototypes');
    expect(normaliseEdges(Float32Array.of(2, 2))).toEqual(new Float32Array(2));
    expect(normaliseEdges(Float32Array.of(1, 3, 2))).toEqual(Float32Array.of(0, 1, 0.5));
  });
});
