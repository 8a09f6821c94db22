/** Gradients and the strength of corners in WebAssembly's vector instructions. */
import { FunctionWriter, I32, V128, type Local } from '../../runtime/assembler.js';
import { HALVES, I16_LANES, VECTOR_BYTES } from './windowWasm.js';

/** Sums that are treated together. */
const SUM_LANES = 4;
const SUM_BYTES = 4;
const SLOPE_BYTES = 2;

/**
 * `(before, dx, dy, stride, width, height)`: gradients of an image by the kernel `side middle side`. `before` is the address
 * of the pixel above and left of the first one, `dx` and `dy` those of the first results, i16. Up to seven values beyond
 * the end of each row are overwritten.
 */
export function gradients(side: number, middle: number): FunctionWriter {
  const f = new FunctionWriter(6);
  const [before, dx, dy, stride, width, height] = f.arguments();
  const [y, x, above, here, below, outX, outY] = f.locals(7, I32);
  const [rising, falling] = f.locals(2, V128);
  const times = (factor: number) => f.get(factor).i16x8('splat').i16x8('mul');
  const minus = (a: Local, atA: number, b: Local, atB: number) =>
    f.get(a).loadBytes(atA).get(b).loadBytes(atB).i16x8('sub');
  f.loop(y, 0, height, 1, () => {
    f.get(before).set(above).total(above, stride).set(here).total(here, stride).set(below);
    f.get(dx).set(outX).get(dy).set(outY);
    f.loop(x, 0, width, I16_LANES, () => {
      minus(above, 2, below, 0).set(rising);
      minus(below, 2, above, 0).set(falling);
      f.get(outX).get(rising).get(falling).i16x8('add');
      times(side);
      minus(here, 2, here, 0);
      times(middle).i16x8('add').storeVector();
      f.get(outY).get(falling).get(rising).i16x8('sub');
      times(side);
      minus(below, 1, above, 1);
      times(middle).i16x8('add').storeVector();
      for (const address of [above, here, below]) f.total(address, I16_LANES).set(address);
      for (const address of [outX, outY]) f.total(address, VECTOR_BYTES).set(address);
    });
    f.total(before, stride).set(before).total(dx, stride, stride).set(dx).total(dy, stride, stride).set(dy);
  });
  return f;
}

/**
 * `(dx, dy, sums, lineBytes, out, stride, width, height)`: the smaller eigenvalue of `[xx xy; xy yy]`, gradients' products
 * summed over 3 x 3 pixels, as float32 into `out`. `dx`, `dy`: addresses of the gradients (i16) above and left of the first
 * pixel, `stride` bytes a row. `sums`: room for three lines of `lineBytes`, each four bytes for each of `width + 2` columns
 * and seven more.
 */
export function cornerStrength(): FunctionWriter {
  const f = new FunctionWriter(8);
  const [dx, dy, sums, lineBytes, out, stride, width, height] = f.arguments();
  const [y, nextOut] = f.locals(2, I32);
  f.get(out).set(nextOut);
  const lines = f.locals(3, I32);
  f.get(sums).set(lines[0]).total(lines[0], lineBytes).set(lines[1]).total(lines[1], lineBytes).set(lines[2]);
  const [lineEnd, widthBytes] = f.locals(2, I32);
  f.total(width, 2).get(SLOPE_BYTES).i32('mul').set(lineEnd);
  f.get(width).get(SUM_BYTES).i32('mul').set(widthBytes);
  const columns = columnSums(f, { dx, dy, stride, lines, lineEnd });
  const row = strengths(f, { lines, widthBytes, out: nextOut });
  f.loop(y, 0, height, 1, () => {
    columns();
    row();
    f.total(dx, stride).set(dx).total(dy, stride).set(dy).total(nextOut, widthBytes).set(nextOut);
  });
  return f;
}

interface ColumnVariables {
  readonly dx: Local;
  readonly dy: Local;
  readonly stride: Local;
  readonly lines: readonly Local[];
  readonly lineEnd: Local;
}

/** Writes down the sums of three rows' products xx, xy, yy for each column. */
function columnSums(f: FunctionWriter, { dx, dy, stride, lines, lineEnd }: ColumnVariables): () => void {
  const [x, address] = f.locals(2, I32);
  const [above, here, below] = f.locals(3, V128);
  /** Of dx, then of dy, in the first four columns and in the last four: above beside here, below beside 0. */
  const pairs = Array.from({ length: 2 }, () => Array.from({ length: 2 }, () => f.locals(2, V128)));
  return () => {
    f.loop(x, 0, lineEnd, VECTOR_BYTES, () => {
      [dx, dy].forEach((plane, i) => {
        f.total(plane, x).set(address);
        for (const row of [above, here, below]) {
          f.get(address).loadVector().set(row).total(address, stride).set(address);
        }
        HALVES.forEach((lanes, half) => {
          f.get(above).get(here).shuffle(lanes).set(pairs[i][half][0]);
          f.get(below).splat(0).shuffle(lanes).set(pairs[i][half][1]);
        });
      });
      const products = [
        [pairs[0], pairs[0]],
        [pairs[0], pairs[1]],
        [pairs[1], pairs[1]],
      ];
      products.forEach(([a, b], i) => {
        for (const half of [0, 1]) {
          f.total(lines[i], x, x);
          f.get(a[half][0]).get(b[half][0]).i32x4('dot_i16x8_s');
          f.get(a[half][1]).get(b[half][1]).i32x4('dot_i16x8_s').i32x4('add');
          f.storeVector(half * VECTOR_BYTES);
        }
      });
    });
  };
}

interface StrengthVariables {
  readonly lines: readonly Local[];
  readonly widthBytes: Local;
  readonly out: Local;
}

/** Writes down the sums of three columns each and what follows from them, in doubles. */
function strengths(f: FunctionWriter, { lines, widthBytes, out }: StrengthVariables): () => void {
  const x = f.local(I32);
  const [xx, xy, yy, half, sum, difference] = f.locals(6, V128);
  /** Two of four whole numbers as doubles. */
  const doubles = (of: Local, last: boolean) => {
    f.get(of);
    if (last) f.get(of).shuffle([4, 5, 6, 7, 4, 5, 6, 7]);
    f.f64x2('convert_low_i32x4_s');
  };
  return () => {
    f.constant(new Float64Array(2).fill(0.5)).set(half);
    f.loop(x, 0, widthBytes, SUM_LANES * SUM_BYTES, () => {
      [xx, xy, yy].forEach((of, i) => {
        f.total(lines[i], x).loadVector();
        for (const column of [1, 2])
          f.total(lines[i], x)
            .loadVector(column * SUM_BYTES)
            .i32x4('add');
        f.set(of);
      });
      f.get(xx).get(yy).i32x4('add').set(sum);
      f.get(xx).get(yy).i32x4('sub').set(difference);
      f.total(out, x);
      for (const last of [false, true]) {
        doubles(sum, last);
        f.get(half).f64x2('mul');
        doubles(difference, last);
        f.get(half).f64x2('mul').tee(xx).get(xx).f64x2('mul');
        doubles(xy, last);
        f.tee(xx).get(xx).f64x2('mul').f64x2('add').f64x2('sqrt').f64x2('sub').demote();
      }
      f.shuffle([0, 1, 2, 3, 8, 9, 10, 11]).storeVector();
    });
  };
}
