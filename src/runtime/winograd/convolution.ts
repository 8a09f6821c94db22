/** One 3x3 convolution by Winograd's algorithm on tfjs' wasm backend: transform, 36 matrix products, transform back. */
import * as tf from '../tfjs.js';
import { transformFilter } from './filter.js';
import { packPanels, ROWS } from './product.js';
import { POINTS, TILE } from './transforms.js';

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

/** The functions of transforms.ts and product.ts, compiled. Addresses and sizes in bytes, but for rows, height and width. */
export interface Transforms {
  input(...args: [...at: Parts, height: number, width: number, cellBytes: number]): void;
  product(a: number, b: number, out: number, rows: number, rowBytes: number, outRowBytes: number): void;
  output(...args: [...at: Parts, height: number, width: number, cellBytes: number, bias: number]): void;
}

/** A map, a cell that stands for those outside of it, and the transformed tiles. */
type Parts = [map: number, elsewhere: number, parts: number, planeBytes: number, at: number];

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
  readonly #filters = new WeakMap<object, tf.TensorInfo>();

  readonly #backend: WasmBackend;
  readonly #transforms: Transforms;

  constructor(backend: WasmBackend, transforms: Transforms) {
    this.#backend = backend;
    this.#transforms = transforms;

    this.#freeWithFilter();
  }

  /** @returns [B,H,W,O]. */
  run({ x, filter, bias }: ConvInputs): tf.TensorInfo {
    const [backend, transforms] = [this.#backend, this.#transforms];
    const [batch, height, width, channels] = x.shape;
    const filters = filter.shape[3];
    const matrices = this.#transformed(filter);
    const perMap = tilesOf(x.shape);
    const rows = Math.ceil((batch * perMap) / ROWS) * ROWS;
    const out = backend.makeOutput([batch, height, width, filters], 'float32');
    const elsewhere = backend.makeOutput([Math.max(channels, filters)], 'float32');
    const parts = backend.makeOutput([POINTS, rows, channels], 'float32');
    const products = backend.makeOutput([POINTS, rows, filters], 'float32');
    const [cellBytes, outCellBytes] = [channels * FLOAT_BYTES, filters * FLOAT_BYTES];
    /** Of one map of the batch. */
    const partsAt = (map: tf.TensorInfo, points: tf.TensorInfo, i: number): Parts => {
      const bytes = map.shape[3] * FLOAT_BYTES;
      const mapAddress = this.#at(map) + i * height * width * bytes;
      return [mapAddress, this.#at(elsewhere), this.#at(points), rows * bytes, i * perMap * bytes];
    };

    this.#floats(elsewhere).fill(0);
    for (let i = 0; i < batch; i++) transforms.input(...partsAt(x, parts, i), height, width, cellBytes);
    for (let point = 0; point < POINTS; point++) {
      const a = this.#at(parts) + point * rows * cellBytes;
      const b = this.#at(matrices) + point * channels * outCellBytes;
      const c = this.#at(products) + point * rows * outCellBytes;
      transforms.product(a, b, c, rows, cellBytes, outCellBytes);
    }
    for (let i = 0; i < batch; i++) {
      transforms.output(...partsAt(out, products, i), height, width, outCellBytes, this.#at(bias));
    }
    for (const { dataId } of [elsewhere, parts, products]) backend.disposeData(dataId);
    return out;
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

  /** A transformed filter lives as long as the filter. */
  #freeWithFilter(): void {
    const backend = this.#backend;
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
  }
}
