/** The strength of corners without vector instructions, for engines that have none. */
import { type GreyPlane, mirrored } from './greyPlane.js';

/** Values of one row with one more on each side, for the image mirrored there: the value at x is at x + 1. */
type Row = Int32Array;

/** The products of the gradients of one row. */
interface Products {
  readonly xx: Row;
  readonly xy: Row;
  readonly yy: Row;
}

/**
 * The smaller eigenvalue of `[xx xy; xy yy]`, the gradients' products summed over 3 x 3 pixels, at every pixel, up to a
 * constant factor.
 */
export function scalarStrength(plane: GreyPlane): Float32Array {
  const { width, height } = plane;
  const strength = new Float32Array(width * height);
  const row = () => new Int32Array(width + 2);
  const columns = { smooth: row(), slope: row() };
  const ring = Array.from({ length: Math.min(3, height) }, () => ({ xx: row(), xy: row(), yy: row() }));
  const rowOf = (y: number) => ring[y % ring.length];
  fillProducts(plane, 0, columns, rowOf(0));
  for (let y = 0; y < height; y++) {
    if (y + 1 < height) fillProducts(plane, y + 1, columns, rowOf(y + 1));
    const rows = [mirrored(y - 1, height), y, mirrored(y + 1, height)].map(rowOf);
    fillStrength(rows, strength.subarray(y * width, (y + 1) * width));
  }
  return strength;
}

function fillStrength([above, here, below]: readonly Products[], strength: Float32Array): void {
  const [xxA, xyA, yyA] = [above.xx, above.xy, above.yy];
  const [xxB, xyB, yyB] = [here.xx, here.xy, here.yy];
  const [xxC, xyC, yyC] = [below.xx, below.xy, below.yy];
  // Sums of three rows, in the column left of the pixel and in the pixel's.
  let xxL = xxA[0] + xxB[0] + xxC[0];
  let xyL = xyA[0] + xyB[0] + xyC[0];
  let yyL = yyA[0] + yyB[0] + yyC[0];
  let xxM = xxA[1] + xxB[1] + xxC[1];
  let xyM = xyA[1] + xyB[1] + xyC[1];
  let yyM = yyA[1] + yyB[1] + yyC[1];
  for (let x = 0; x < strength.length; x++) {
    const xxR = xxA[x + 2] + xxB[x + 2] + xxC[x + 2];
    const xyR = xyA[x + 2] + xyB[x + 2] + xyC[x + 2];
    const yyR = yyA[x + 2] + yyB[x + 2] + yyC[x + 2];
    const xx = (xxL + xxM + xxR) | 0;
    const xy = (xyL + xyM + xyR) | 0;
    const yy = (yyL + yyM + yyR) | 0;
    const difference = (xx - yy) * 0.5;
    strength[x] = (xx + yy) * 0.5 - Math.sqrt(difference * difference + xy * xy);
    [xxL, xyL, yyL] = [xxM, xyM, yyM];
    [xxM, xyM, yyM] = [xxR, xyR, yyR];
  }
}

/** Sobel's gradients, which are the differences of smoothed columns and the smoothed slopes of columns, and their products. */
function fillProducts(plane: GreyPlane, y: number, columns: Columns, { xx, xy, yy }: Products): void {
  fillColumns(plane, y, columns);
  const { smooth, slope } = columns;
  for (let x = 1; x <= plane.width; x++) {
    const dx = smooth[x + 1] - smooth[x - 1];
    const dy = slope[x - 1] + 2 * slope[x] + slope[x + 1];
    xx[x] = Math.imul(dx, dx);
    xy[x] = Math.imul(dx, dy);
    yy[x] = Math.imul(dy, dy);
  }
  for (const row of [xx, xy, yy]) mirrorEnds(row);
}

/** Of each column of three pixels around a row. */
interface Columns {
  /** 1 2 1. */
  readonly smooth: Row;
  /** -1 0 1. */
  readonly slope: Row;
}

function fillColumns({ data, width, height }: GreyPlane, y: number, { smooth, slope }: Columns): void {
  const above = mirrored(y - 1, height) * width;
  const here = y * width;
  const below = mirrored(y + 1, height) * width;
  for (let x = 0; x < width; x++) {
    const upper = data[above + x];
    const lower = data[below + x];
    smooth[x + 1] = upper + 2 * data[here + x] + lower;
    slope[x + 1] = lower - upper;
  }
  mirrorEnds(smooth);
  mirrorEnds(slope);
}

function mirrorEnds(row: Row): void {
  const width = row.length - 2;
  row[0] = row[1 + mirrored(-1, width)];
  row[width + 1] = row[1 + mirrored(width, width)];
}
