/** Kalman filter of a pair of quantities that move at constant velocity; a box is two such pairs (see `boxFilter.ts`). */

/** Two numbers. */
export type Pair = readonly [number, number];
/** 2 x 2, row by row. */
export type Matrix2 = readonly [number, number, number, number];

/**
 * State (p, v) of 4 numbers, its covariance in 2 x 2 blocks: `P` of p, `C` between p and v, `V` of v. Trackers observe p
 * only, with independent noise, so every step is a few products of 2 x 2 matrices. All in float64.
 */
export class PlanarFilter {
  /** A frame. May be set, for what is known to have stopped. */
  velocity: Pair = [0, 0];
  #P: Matrix2;
  #C: Matrix2 = [0, 0, 0, 0];
  #V: Matrix2;

  /** Starts at rest. The deviations are those of the position and of the velocity. */
  constructor(
    public position: Pair,
    positionDeviation: Pair,
    velocityDeviation: Pair,
  ) {
    this.#P = diagonalOfSquares(positionDeviation);
    this.#V = diagonalOfSquares(velocityDeviation);
  }

  /** One frame on: the process noise is given as standard deviations. */
  predict(positionDeviation: Pair, velocityDeviation: Pair): void {
    this.position = plus(this.position, this.velocity);
    this.#P = add(add(this.#P, add(this.#C, transpose(this.#C))), add(this.#V, diagonalOfSquares(positionDeviation)));
    this.#C = add(this.#C, this.#V);
    this.#V = add(this.#V, diagonalOfSquares(velocityDeviation));
  }

  /** Takes a measured position with noise of these variances. */
  update(measured: Pair, variance: Pair): void {
    const innovation: Pair = [measured[0] - this.position[0], measured[1] - this.position[1]];
    const inverse = inverted(add(this.#P, [variance[0], 0, 0, variance[1]]));
    const positionGain = multiply(this.#P, inverse);
    const velocityGain = multiply(transpose(this.#C), inverse);
    this.position = plus(this.position, apply(positionGain, innovation));
    this.velocity = plus(this.velocity, apply(velocityGain, innovation));
    this.#V = subtract(this.#V, multiply(velocityGain, this.#C));
    this.#C = subtract(this.#C, multiply(positionGain, this.#C));
    this.#P = subtract(this.#P, multiply(positionGain, this.#P));
  }

  /** Turns position and velocity by a matrix and moves the position. */
  warp(matrix: Matrix2, shift: Pair): void {
    const turned = (block: Matrix2): Matrix2 => multiply(multiply(matrix, block), transpose(matrix));
    this.position = plus(apply(matrix, this.position), shift);
    this.velocity = apply(matrix, this.velocity);
    this.#P = turned(this.#P);
    this.#C = turned(this.#C);
    this.#V = turned(this.#V);
  }

  /** Covariance, 4 x 4 row by row, of (p0, p1, v0, v1). */
  get covariance(): Float64Array {
    const [P, C, V] = [this.#P, this.#C, this.#V];
    return Float64Array.of(
      ...[P[0], P[1], C[0], C[1]],
      ...[P[2], P[3], C[2], C[3]],
      ...[C[0], C[2], V[0], V[1]],
      ...[C[1], C[3], V[2], V[3]],
    );
  }
}

function plus(a: Pair, b: Pair): Pair {
  return [a[0] + b[0], a[1] + b[1]];
}

function apply(m: Matrix2, x: Pair): Pair {
  return [m[0] * x[0] + m[1] * x[1], m[2] * x[0] + m[3] * x[1]];
}

function add(a: Matrix2, b: Matrix2): Matrix2 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]];
}

function subtract(a: Matrix2, b: Matrix2): Matrix2 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3]];
}

function multiply(a: Matrix2, b: Matrix2): Matrix2 {
  return [a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3]];
}

function transpose(m: Matrix2): Matrix2 {
  return [m[0], m[2], m[1], m[3]];
}

function inverted(m: Matrix2): Matrix2 {
  const determinant = m[0] * m[3] - m[1] * m[2];
  return [m[3] / determinant, -m[1] / determinant, -m[2] / determinant, m[0] / determinant];
}

function diagonalOfSquares(deviation: Pair): Matrix2 {
  return [deviation[0] ** 2, 0, 0, deviation[1] ** 2];
}
