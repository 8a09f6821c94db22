import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Letterbox } from '../../src/image/letterbox.js';
import { roundHalfEven } from '../../src/geometry/rounding.js';
import { CASIA } from '../../src/compat/casia.js';
import type { Rect } from '../../src/geometry/rect.js';
import type { Mask } from '../../src/mask/mask.js';
import { EXACT_RASTER, rasterGeometry, type RasterMode } from '../../src/mask/rasterGeometry.js';
import { probabilities, prototypeWindow, rasterize } from '../../src/mask/rasterize.js';
import { encodeRle } from '../../src/mask/rle.js';
import { equals } from '../../src/mask/setOps.js';
import { codeOf } from '../support/errors.js';
import { readGolden } from '../support/golden.js';
import { maskOfRuns } from '../support/masks.js';
import { uniform } from '../support/random.js';
import { shared } from '../support/paths.js';

type Size = [height: number, width: number];
interface Golden {
  cases: {
    name: string;
    image: Size;
    net: Size;
    seed: number;
    imageBoxes: number[][];
    netBoxes: number[][];
    masks: Record<string, string[]>;
  }[];
  soft: { image: Size; net: Size; seed: number; values: number[] };
}
const golden = readGolden<Golden>('masks/masks.json.gz');

const MODES: Record<string, RasterMode> = {
  ultralytics: { rule: EXACT_RASTER, retina: true },
  'ultralytics-net': { rule: EXACT_RASTER, retina: false },
  casia: { rule: CASIA.masks.raster, retina: true },
  'casia-net': { rule: CASIA.masks.raster, retina: false },
};

/** A letterbox with the sizes that rasterising goes by. */
function letterboxOf([imageHeight, imageWidth]: Size, [netHeight, netWidth]: Size): Letterbox {
  const gain = Math.min(netHeight / imageHeight, netWidth / imageWidth);
  const width = roundHalfEven(imageWidth * gain);
  const height = roundHalfEven(imageHeight * gain);
  const left = Math.floor((netWidth - width) / 2);
  const top = Math.floor((netHeight - height) / 2);
  const rest = { left, right: netWidth - width - left, top, bottom: netHeight - height - top };
  return { imageWidth, imageHeight, netWidth, netHeight, width, height, ...rest };
}

/** The part of a full prototype grid that a window covers. */
function cutWindow(full: Float32Array, fullWidth: number, window: Rect): Float32Array {
  return Float32Array.from({ length: window.width * window.height }, (_, i) => {
    const x = window.x + (i % window.width);
    const y = window.y + Math.floor(i / window.width);
    return full[y * fullWidth + x];
  });
}

/** Rasterises from logits in exactly the window that is asked for. */
function viaWindow(full: Float32Array, box: ArrayLike<number>, letterbox: Letterbox, mode: RasterMode): Mask {
  const window = prototypeWindow(box, letterbox, mode);
  return rasterize(cutWindow(full, letterbox.netWidth / 4, window), window, box, letterbox, mode);
}

describe('masks against the peers', () => {
  for (const c of golden.cases) {
    const letterbox = letterboxOf(c.image, c.net);
    const logits = uniform(c.seed, (c.net[0] / 4) * (c.net[1] / 4));
    test.each(Object.entries(MODES))(`${c.name}: %s`, (name, mode) => {
      const boxes = mode.retina ? c.imageBoxes : c.netBoxes;
      const masks = boxes.map((box) => viaWindow(logits, box, letterbox, mode));
      expect(masks.map((mask) => encodeRle(mask).counts)).toEqual(c.masks[name]);
      for (const mask of masks) {
        expect([mask.gridHeight, mask.gridWidth]).toEqual(mode.retina ? c.image : c.net);
      }
    });
  }

  test('covers every upsampling of the prototypes', () => {
    const factors = golden.cases.map((c) => rasterGeometry(letterboxOf(c.image, c.net), MODES.ultralytics).factor);
    expect([...new Set(factors)].sort()).toEqual([1, 2, 4]);
  });

  test('gives soft masks like sigmoid, then the same way to the image', () => {
    const { image, net, seed, values } = golden.soft;
    const soft = probabilities(uniform(seed, (net[0] / 4) * (net[1] / 4)), letterboxOf(image, net));
    expect(soft).toHaveLength(image[0] * image[1]);
    expect(soft.filter((_, i) => i % 17 === 0)).toBeAllclose(values, { atol: 5e-6 });
  });
});

describe('a window of the prototypes', () => {
  const letterbox = letterboxOf([57, 83], [64, 96]);
  const logits = uniform(3, 16 * 24);
  const full = { x: 0, y: 0, width: 24, height: 16 };

  test('gives the same mask as the whole grid, for any box and mode', () => {
    const side = fc.double({ min: -30, max: 120, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(side, side, side, side), fc.constantFrom(...Object.values(MODES)), (box, mode) => {
        const whole = rasterize(logits, full, box, letterbox, mode);
        expect(equals(viaWindow(logits, box, letterbox, mode), whole)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('is no larger than the box and its neighbours', () => {
    expect(prototypeWindow([40, 20, 48, 28], letterbox, MODES['ultralytics-net'])).toEqual({
      x: 9,
      y: 4,
      width: 4,
      height: 4,
    });
    expect(prototypeWindow([40, 20, 40, 28], letterbox, MODES.ultralytics)).toMatchObject({ width: 0, height: 0 });
  });

  test('that is too small, or logits too few, or a box without numbers are refused', () => {
    const small = { x: 10, y: 5, width: 2, height: 2 };
    const mode = MODES.ultralytics;
    expect(codeOf(() => rasterize(new Float32Array(4), small, [0, 0, 83, 57], letterbox, mode))).toBe(
      'INVALID_ARGUMENT',
    );
    expect(codeOf(() => rasterize(new Float32Array(4), full, [0, 0, 83, 57], letterbox, mode))).toBe(
      'INVALID_ARGUMENT',
    );
    expect(codeOf(() => rasterize(logits, full, [0, NaN, 83, 57], letterbox, mode))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => rasterize(logits, full, [0, 1, 2], letterbox, mode))).toBe('INVALID_ARGUMENT');
  });

  test('takes infinite and missing logits without failing', () => {
    const wild = logits.map((v, i) => [NaN, Infinity, -Infinity, v][i % 4]);
    expect(rasterize(wild, full, [0, 0, 83, 57], letterbox, MODES.ultralytics).area).toBeLessThanOrEqual(83 * 57);
  });
});

interface Fixture {
  masks: {
    orig_hw: Size;
    net_hw: Size;
    nm: number;
    proto_seed: number;
    coef_seed: number;
    boxes_net: number[][];
    boxes_orig: number[][];
    nonretina: number[][];
    retina: number[][];
  }[];
}

describe.each([
  ['post-ultralytics-8.4.190.json', 'ultralytics'],
  ['post-casia-head.json', 'casia'],
])('%s', (file, peer) => {
  const url = shared(`reference/fixtures/${file}`);
  if (!existsSync(url)) {
    test.skip('skipped: the reference fixtures are not here', () => undefined);
    return;
  }
  const { masks } = JSON.parse(readFileSync(url, 'utf8')) as Fixture;

  test.each(masks)('$orig_hw in $net_hw', (c) => {
    const letterbox = letterboxOf(c.orig_hw, c.net_hw);
    const cells = (c.net_hw[0] / 4) * (c.net_hw[1] / 4);
    const prototypes = uniform(c.proto_seed, c.nm * cells);
    const coefficients = uniform(c.coef_seed, c.nm * c.boxes_net.length);
    c.boxes_net.forEach((_, k) => {
      const logits = Float32Array.from({ length: cells }, (_, p) => {
        let sum = 0;
        for (let i = 0; i < c.nm; i++) sum += coefficients[k * c.nm + i] * prototypes[i * cells + p];
        return sum;
      });
      const check = (mask: Mask, runs: number[]): void => {
        expect(mask).toEqualMask(maskOfRuns(runs, mask.gridWidth, mask.gridHeight));
      };
      const net = { ...MODES[peer], retina: false };
      check(viaWindow(logits, c.boxes_net[k], letterbox, net), c.nonretina[k]);
      check(viaWindow(logits, c.boxes_orig[k], letterbox, MODES[peer]), c.retina[k]);
    });
  });
});
