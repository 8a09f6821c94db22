/** Minimum-cost matching in a sparse bipartite graph, exact. */

/** Edges of the rows: those of row i lead to `targets[starts[i]] … targets[starts[i + 1] - 1]`, with costs >= 0. */
export interface SparseGraph {
  readonly rows: number;
  readonly columns: number;
  readonly starts: Int32Array;
  readonly targets: Int32Array;
  readonly costs: Int32Array | Float64Array;
}

const NONE = -1;

/** Columns by distance: a binary heap whose outdated entries are skipped by the caller. */
class Heap {
  readonly #keys: number[] = [];
  readonly #values: number[] = [];

  get size(): number {
    return this.#keys.length;
  }

  get least(): number {
    return this.#keys[0];
  }

  clear(): void {
    this.#keys.length = 0;
    this.#values.length = 0;
  }

  push(key: number, value: number): void {
    const keys = this.#keys;
    const values = this.#values;
    let i = keys.length;
    keys.push(key);
    values.push(value);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (keys[parent] <= key) break;
      keys[i] = keys[parent];
      values[i] = values[parent];
      i = parent;
    }
    keys[i] = key;
    values[i] = value;
  }

  /** Takes the value with the least key. */
  pop(): number {
    const keys = this.#keys;
    const values = this.#values;
    const top = values[0];
    const key = keys.pop() ?? 0;
    const value = values.pop() ?? 0;
    const n = keys.length;
    if (n === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      if (child + 1 < n && keys[child + 1] < keys[child]) child++;
      if (keys[child] >= key) break;
      keys[i] = keys[child];
      values[i] = values[child];
      i = child;
    }
    keys[i] = key;
    values[i] = value;
    return top;
  }
}

/**
 * Matches rows with columns, each at most once, so that the sum of the costs of the pairs and of the `alone` of every row
 * without a column is least. With `alone` large that is the cheapest of the largest matchings.
 *
 * Shortest augmenting paths with potentials (Jonker and Volgenant 1987) on the sparse graph; every row has a column of
 * its own at the price `alone`, so there always is a path. A region where rows outnumber columns is searched widely
 * once; from then on its potentials tell further rows so at once. Ties: rows are served in their order, and of equally
 * near columns the first edge wins, so that equal input gives equal output.
 *
 * @param alone for every row a number >= 0. Sums of whole costs are exact up to 2^53.
 * @returns for every row its column, or -1.
 */
export function assign(graph: SparseGraph, alone: Int32Array | Float64Array): Int32Array {
  return new Assignment(graph, alone).solve();
}

class Assignment {
  /** Potentials: cost - u - v is never negative and 0 for pairs. */
  readonly #u: Float64Array;
  readonly #v: Float64Array;
  readonly #columnOf: Int32Array;
  readonly #rowOf: Int32Array;
  readonly #distance: Float64Array;
  /** The row from which a column was reached. */
  readonly #from: Int32Array;
  readonly #scanned: number[] = [];
  readonly #touched: number[] = [];
  readonly #done: Uint8Array;
  readonly #heap = new Heap();
  readonly #graph: SparseGraph;
  readonly #alone: Int32Array | Float64Array;

  constructor(graph: SparseGraph, alone: Int32Array | Float64Array) {
    this.#graph = graph;
    this.#alone = alone;
    this.#u = new Float64Array(graph.rows);
    this.#v = new Float64Array(graph.columns);
    this.#columnOf = new Int32Array(graph.rows).fill(NONE);
    this.#rowOf = new Int32Array(graph.columns).fill(NONE);
    this.#distance = new Float64Array(graph.columns).fill(Infinity);
    this.#from = new Int32Array(graph.columns);
    this.#done = new Uint8Array(graph.columns);
  }

  solve(): Int32Array {
    this.#start();
    for (let row = 0; row < this.#graph.rows; row++) {
      if (this.#columnOf[row] === NONE) this.#augment(row);
    }
    return this.#columnOf;
  }

  /** Pairs rows with a nearest column that is free. */
  #start(): void {
    const { rows, starts, targets, costs } = this.#graph;
    for (let row = 0; row < rows; row++) {
      let least = this.#alone[row];
      for (let e = starts[row]; e < starts[row + 1]; e++) least = Math.min(least, costs[e]);
      this.#u[row] = least;
      for (let e = starts[row]; e < starts[row + 1]; e++) {
        if (costs[e] !== least || this.#rowOf[targets[e]] !== NONE) continue;
        this.#columnOf[row] = targets[e];
        this.#rowOf[targets[e]] = row;
        break;
      }
    }
  }

  /** Finds the cheapest way to give a row a column, or to leave it or another row of its tree without one. */
  #augment(start: number): void {
    let bestEnd = start;
    let best = this.#alone[start] - this.#u[start];
    let end = NONE;
    this.#relax(start, 0);
    while (this.#heap.size > 0 && this.#heap.least < best) {
      const column = this.#heap.pop();
      if (this.#done[column] === 1) continue;
      this.#done[column] = 1;
      this.#scanned.push(column);
      const row = this.#rowOf[column];
      const distance = this.#distance[column];
      if (row === NONE) {
        end = column;
        best = distance;
        break;
      }
      const drop = distance + this.#alone[row] - this.#u[row];
      if (drop < best) {
        best = drop;
        bestEnd = row;
      }
      this.#relax(row, distance);
    }
    this.#raise(start, best);
    if (end === NONE) end = this.#free(bestEnd);
    if (end !== NONE) this.#flip(end, start);
    this.#forget();
  }

  #relax(row: number, base: number): void {
    const { starts, targets, costs } = this.#graph;
    const offset = base - this.#u[row];
    for (let e = starts[row]; e < starts[row + 1]; e++) {
      const column = targets[e];
      // Rounding of fractional costs may offer a settled column a path shorter by the last bit, which would close a circle.
      if (this.#done[column] === 1) continue;
      const distance = offset + costs[e] - this.#v[column];
      if (distance >= this.#distance[column]) continue;
      if (this.#distance[column] === Infinity) this.#touched.push(column);
      this.#distance[column] = distance;
      this.#from[column] = row;
      this.#heap.push(distance, column);
    }
  }

  /** Brings the potentials up to the length of the path, so that its edges cost nothing. */
  #raise(start: number, length: number): void {
    this.#u[start] += length;
    for (const column of this.#scanned) {
      const gain = length - this.#distance[column];
      if (gain <= 0) continue;
      this.#v[column] -= gain;
      const row = this.#rowOf[column];
      if (row !== NONE) this.#u[row] += gain;
    }
  }

  /** Takes a row's column away and returns it. */
  #free(row: number): number {
    const column = this.#columnOf[row];
    this.#columnOf[row] = NONE;
    return column;
  }

  /** Gives the column at the end of the path to the row that reached it, that row's to the one before, and so on. */
  #flip(end: number, start: number): void {
    for (let column = end; column !== NONE;) {
      const row = this.#from[column];
      const next = row === start ? NONE : this.#columnOf[row];
      this.#columnOf[row] = column;
      this.#rowOf[column] = row;
      column = next;
    }
  }

  #forget(): void {
    for (const column of this.#touched) {
      this.#distance[column] = Infinity;
      this.#done[column] = 0;
    }
    this.#touched.length = 0;
    this.#scanned.length = 0;
    this.#heap.clear();
  }
}
