/** One 3x3 convolution by Winograd's algorithm on tfjs' wasm backend: transform, 36 matrix products, transform back. */
import type * as tf from '../tfjs.js';
import { transformFilter } from './filter.js';
import { packPanels, ROWS } from './product.js';
import { POINTS, TILE } from './transforms.js';
import type { Call, KernelPool } from '../wasm/pool.js';
import type { PackedFilters } from '../wasmKernels/packedFilters.js';
import { FLOAT_BYTES, INPUT, OUTPUT, PRODUCT, shares, type WasmBackend } from '../wasmKernels/backend.js';

/** What lies between the phases: tiles transformed [36,rows,C], and their products [36,rows,O]. */
interface Space {
  readonly parts: tf.TensorInfo;
  readonly products: tf.TensorInfo;
}

/** The tensors of a convolution. */
interface Job {
  readonly x: tf.TensorInfo;
  /** Address of the transformed filter: 36 matrices [C,O], packed. */
  readonly matrices: number;
  readonly bias: tf.TensorInfo;
  readonly out: tf.TensorInfo;
  /** A cell that is read for those outside of a map, and one that is written for them. */
  readonly zeros: tf.TensorInfo;
  readonly dump: tf.TensorInfo;
}

/** Rows of tiles of an image, and the place of their first tile among those of the space. */
interface Range {
  readonly image: number;
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** A map [B,H,W,C], a filter [3,3,C,O] and a bias [O], all float32. */
export interface ConvInputs {
  readonly x: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  readonly bias: tf.TensorInfo;
}

/** Tiles of one map of a [B,H,W,C]. */
export const tilesOf = ([, height, width]: readonly number[]): number =>
  Math.ceil(height / TILE) * Math.ceil(width / TILE);

/** What a core's second cache holds beside the matrices. */
const CACHE_BYTES = 256 * 1024;
/** Fewer rows of tiles than this for each thread cannot be shared out evenly. */
const ROWS_A_THREAD = 2;

/** Rows of tiles whose points fit into a cache. */
function blockOf([, height, width, channels]: readonly number[], filters: number): number {
  const tilesAcross = Math.ceil(width / TILE);
  // Where the matrices are larger than all points, they must not be read again for each block.
  if (channels * filters > (channels + filters) * tilesAcross * Math.ceil(height / TILE)) return Infinity;
  const rowBytes = POINTS * tilesAcross * (channels + filters) * FLOAT_BYTES;
  return Math.max(1, Math.floor(CACHE_BYTES / rowBytes));
}

/** The 36 matrices of a filter, packed one behind the other. */
function packed(filter: Float32Array, channels: number, filters: number): Float32Array {
  const pairs = channels * filters;
  const all = new Float32Array(POINTS * pairs);
  transformFilter(filter, pairs).forEach((matrix, point) => {
    all.set(packPanels(matrix, filters), point * pairs);
  });
  return all;
}

const multipleOf = (step: number, count: number): number => Math.ceil(count / step) * step;

/** Convolutions of stride 1 with a border of one zero, for channels that are a multiple of 4 and filters of 8. */
export class WinogradConvolution {
  readonly #backend: WasmBackend;
  readonly #pool: KernelPool;
  readonly #filters: PackedFilters;

  /** @param pool runs the functions. @param filters keeps the transformed filters. */
  constructor(backend: WasmBackend, pool: KernelPool, filters: PackedFilters) {
    this.#backend = backend;
    this.#pool = pool;
    this.#filters = filters;
  }

  /** @returns [B,H,W,O]. */
  run({ x, filter, bias }: ConvInputs): tf.TensorInfo {
    const backend = this.#backend;
    const [batch, height, width, channels] = x.shape;
    const filters = filter.shape[3];
    const matrices = this.#filters.at(filter, 'winograd', (values) => packed(values, channels, filters));
    const out = backend.makeOutput([batch, height, width, filters], 'float32');
    const zeros = backend.makeOutput([Math.max(channels, filters)], 'float32');
    const dump = backend.makeOutput([filters], 'float32');
    new Float32Array(backend.wasm.HEAPU8.buffer, this.#at(zeros), zeros.shape[0]).fill(0);
    const job = { x, matrices, bias, out, zeros, dump };
    const tileRows = Math.ceil(height / TILE);
    const block = blockOf(x.shape, filters);
    if (block < tileRows && tileRows >= ROWS_A_THREAD * this.#pool.threads) this.#inBlocks(job, block);
    else this.#inPhases(job);
    for (const { dataId } of [zeros, dump]) backend.disposeData(dataId);
    return out;
  }

  /**
   * Each thread takes some rows of tiles through all three phases, as many at a time as its cache holds: what lies between the
   * phases never goes to memory, and no thread waits for another.
   */
  #inBlocks(job: Job, block: number): void {
    const { x, out } = job;
    const [batch, height, width, channels] = x.shape;
    const filters = out.shape[3];
    const rows = multipleOf(ROWS, block * Math.ceil(width / TILE));
    const spaces = Array.from({ length: this.#pool.threads }, () => this.#space(rows, channels, filters));
    for (let image = 0; image < batch; image++) {
      const work = shares(this.#pool, Math.ceil(height / TILE)).map(([from, to], thread) => {
        const space = spaces[thread];
        const calls: Call[] = [];
        for (let first = from; first < to; first += block) {
          const range = { image, at: 0, from: first, to: Math.min(first + block, to) };
          calls.push(this.#transform(job, space, range), this.#product(job, space, 0, POINTS));
          calls.push(this.#transformBack(job, space, range));
        }
        return calls;
      });
      this.#pool.run(work);
    }
    for (const space of spaces) this.#dispose(space);
  }

  /** All threads do one phase after the other; each takes some of the 36 products, and reads only their matrices. */
  #inPhases(job: Job): void {
    const { x, out } = job;
    const [batch, height, width, channels] = x.shape;
    const tileRows = Math.ceil(height / TILE);
    const tiles = tileRows * Math.ceil(width / TILE);
    const space = this.#space(multipleOf(ROWS, batch * tiles), channels, out.shape[3]);
    const rowsOf = (image: number) =>
      shares(this.#pool, tileRows).map(([from, to]): Range => {
        return { image, at: image * tiles + from * Math.ceil(width / TILE), from, to };
      });
    const calls = (ranges: readonly Range[], call: (range: Range) => Call): Call[][] =>
      ranges.map((range) => (range.from < range.to ? [call(range)] : []));
    for (let i = 0; i < batch; i++) this.#pool.run(calls(rowsOf(i), (range) => this.#transform(job, space, range)));
    this.#pool.run(shares(this.#pool, POINTS).map(([from, to]) => [this.#product(job, space, from, to)]));
    for (let i = 0; i < batch; i++) this.#pool.run(calls(rowsOf(i), (range) => this.#transformBack(job, space, range)));
    this.#dispose(space);
  }

  /** What lies between the phases, for so many tiles. */
  #space(rows: number, channels: number, filters: number): Space {
    return {
      parts: this.#backend.makeOutput([POINTS, rows, channels], 'float32'),
      products: this.#backend.makeOutput([POINTS, rows, filters], 'float32'),
    };
  }

  #dispose({ parts, products }: Space): void {
    for (const { dataId } of [parts, products]) this.#backend.disposeData(dataId);
  }

  #transform({ x, zeros }: Job, { parts }: Space, range: Range): Call {
    return [INPUT, ...this.#tiles(x, parts, zeros, range)];
  }

  #transformBack({ out, dump, bias }: Job, { products }: Space, range: Range): Call {
    return [OUTPUT, ...this.#tiles(out, products, dump, range), this.#at(bias)];
  }

  /** Arguments of a transform between a map [B,H,W,C] and points [36,rows,C]. */
  #tiles(
    map: tf.TensorInfo,
    points: tf.TensorInfo,
    elsewhere: tf.TensorInfo,
    { image, at, from, to }: Range,
  ): number[] {
    const [, height, width, channels] = map.shape;
    const cellBytes = channels * FLOAT_BYTES;
    return [
      ...[this.#at(map) + image * height * width * cellBytes, this.#at(elsewhere), this.#at(points)],
      ...[points.shape[1] * cellBytes, at * cellBytes, height, width, cellBytes, from * TILE, to * TILE],
    ];
  }

  /** Products of the points from … to. */
  #product({ matrices, zeros }: Job, { parts, products }: Space, from: number, to: number): Call {
    const [, rows, channels] = parts.shape;
    const [cellBytes, outCellBytes] = [channels * FLOAT_BYTES, products.shape[2] * FLOAT_BYTES];
    return [
      ...[PRODUCT, this.#at(parts) + from * rows * cellBytes, matrices + from * channels * outCellBytes],
      ...[this.#at(products) + from * rows * outCellBytes, rows, cellBytes, outCellBytes, to - from, this.#at(zeros)],
    ];
  }

  /** Address of a tensor's values. */
  #at({ dataId }: tf.TensorInfo): number {
    return this.#backend.getMemoryOffset(dataId);
  }
}
