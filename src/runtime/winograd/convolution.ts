/** One 3x3 convolution by Winograd's algorithm on tfjs' wasm backend: transform, 36 matrix products, transform back. */
import * as tf from '../tfjs.js';
import { transformFilter } from './filter.js';
import { packPanels, ROWS } from './product.js';
import { POINTS, TILE } from './transforms.js';
import type { Call, KernelPool } from '../wasm/pool.js';

/** What is used of tfjs' wasm backend (4.22). */
export interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    /** Of the binary with threads. */
    readonly wasmMemory?: WebAssembly.Memory;
    /** The exports of the binary. */
    readonly asm: { readonly memory?: WebAssembly.Memory };
  };
  /** A tensor that is no tensor of tfjs' engine. */
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  /** Address of a tensor's values. */
  getMemoryOffset(dataId: object): number;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** The functions of transforms.ts and product.ts, in the order of their numbers in a pool. */
export const FUNCTION_NAMES = ['input', 'product', 'output'] as const;
const [INPUT, PRODUCT, OUTPUT] = [0, 1, 2];

/** Where the tiles of some maps come from and go to; addresses and sizes in bytes, but for height and width. */
interface Tiled {
  /** [B,H,W,C]. */
  readonly map: tf.TensorInfo;
  /** [36,rows,C]. */
  readonly points: tf.TensorInfo;
  /** A cell that stands for those outside of the map. */
  readonly elsewhere: tf.TensorInfo;
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

const FLOAT_BYTES = 4;

/** Convolutions of stride 1 with a border of one zero, for channels that are a multiple of 4 and filters of 8. */
export class WinogradConvolution {
  /** By the filter's data: 36 matrices [C,O], packed. */
  readonly #filters = new Map<object, tf.TensorInfo>();

  readonly #backend: WasmBackend;
  readonly #pool: KernelPool;
  #detach: (() => void) | undefined;

  /** @param pool runs the functions. */
  constructor(backend: WasmBackend, pool: KernelPool) {
    this.#backend = backend;
    this.#pool = pool;
  }

  /** @returns [B,H,W,O]. */
  run({ x, filter, bias }: ConvInputs): tf.TensorInfo {
    const backend = this.#backend;
    const [batch, height, width, channels] = x.shape;
    const filters = filter.shape[3];
    const matrices = this.#transformed(filter);
    const rows = Math.ceil((batch * tilesOf(x.shape)) / ROWS) * ROWS;
    const out = backend.makeOutput([batch, height, width, filters], 'float32');
    const elsewhere = backend.makeOutput([Math.max(channels, filters)], 'float32');
    const parts = backend.makeOutput([POINTS, rows, channels], 'float32');
    const products = backend.makeOutput([POINTS, rows, filters], 'float32');

    this.#floats(elsewhere).fill(0);
    this.#eachMap(INPUT, { map: x, points: parts, elsewhere });
    this.#multiply(parts, matrices, products);
    this.#eachMap(OUTPUT, { map: out, points: products, elsewhere }, this.#at(bias));
    for (const { dataId } of [elsewhere, parts, products]) backend.disposeData(dataId);
    return out;
  }

  /** Transforms map by map; each thread takes some rows of tiles. */
  #eachMap(transform: number, { map, points, elsewhere }: Tiled, ...further: number[]): void {
    const [batch, height, width, channels] = map.shape;
    const cellBytes = channels * FLOAT_BYTES;
    const planeBytes = points.shape[1] * cellBytes;
    const tileRowBytes = Math.ceil(width / TILE) * cellBytes;
    const tileRows = Math.ceil(height / TILE);
    for (let i = 0; i < batch; i++) {
      const address = this.#at(map) + i * height * width * cellBytes;
      const at = i * tileRows * tileRowBytes;
      const call = (from: number, to: number): Call => [
        ...[transform, address, this.#at(elsewhere), this.#at(points), planeBytes, at + from * tileRowBytes],
        ...[height, width, cellBytes, from * TILE, to * TILE, ...further],
      ];
      this.#pool.run(this.#shares(tileRows).map(([from, to]) => (from < to ? [call(from, to)] : [])));
    }
  }

  /** The 36 products; each thread takes some of them. */
  #multiply(parts: tf.TensorInfo, matrices: tf.TensorInfo, products: tf.TensorInfo): void {
    const [, rows, channels] = parts.shape;
    const [cellBytes, outCellBytes] = [channels * FLOAT_BYTES, products.shape[2] * FLOAT_BYTES];
    const call = (point: number): Call => {
      const a = this.#at(parts) + point * rows * cellBytes;
      const b = this.#at(matrices) + point * channels * outCellBytes;
      const c = this.#at(products) + point * rows * outCellBytes;
      return [PRODUCT, a, b, c, rows, cellBytes, outCellBytes];
    };
    this.#pool.run(
      this.#shares(POINTS).map(([from, to]) => Array.from({ length: to - from }, (_, i) => call(from + i))),
    );
  }

  /** `count` things shared out among the threads: from, to. */
  #shares(count: number): (readonly [number, number])[] {
    const { threads } = this.#pool;
    const bound = (i: number): number => Math.round((i * count) / threads);
    return Array.from({ length: threads }, (_, i) => [bound(i), bound(i + 1)] as const);
  }

  /** Address of a tensor's values. */
  #at({ dataId }: tf.TensorInfo): number {
    return this.#backend.getMemoryOffset(dataId);
  }

  /** A view that is valid until the next allocation. */
  #floats(info: tf.TensorInfo): Float32Array {
    const size = info.shape.reduce((product, side) => product * side, 1);
    return new Float32Array(this.#backend.wasm.HEAPU8.buffer, this.#at(info), size);
  }

  /** The transformed filter, made once. */
  #transformed(filter: tf.TensorInfo): tf.TensorInfo {
    const known = this.#filters.get(filter.dataId);
    if (known) return known;
    const [, , channels, filters] = filter.shape;
    const pairs = channels * filters;
    const matrices = transformFilter(this.#floats(filter).slice(), pairs);
    const made = this.#backend.makeOutput([POINTS, channels, filters], 'float32');
    const values = this.#floats(made);
    matrices.forEach((matrix, point) => {
      values.set(packPanels(matrix, filters), point * pairs);
    });
    this.#filters.set(filter.dataId, made);
    return made;
  }

  /** From now on a transformed filter lives as long as the filter. */
  attach(): void {
    const backend = this.#backend;
    const own = Object.getOwnPropertyDescriptor(backend, 'disposeData');
    const disposeData = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      const freed = disposeData(dataId, force);
      const transformed = freed ? this.#filters.get(dataId) : undefined;
      if (transformed) {
        this.#filters.delete(dataId);
        disposeData(transformed.dataId);
      }
      return freed;
    };
    this.#detach = () => {
      Reflect.deleteProperty(backend, 'disposeData'); // the method of its class is back
      if (own) Object.defineProperty(backend, 'disposeData', own);
      for (const { dataId } of this.#filters.values()) disposeData(dataId);
      this.#filters.clear();
    };
  }

  /** Frees all transformed filters and leaves the backend as it was. */
  detach(): void {
    this.#detach?.();
    this.#detach = undefined;
  }
}
