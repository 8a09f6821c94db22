/** One 3x3 convolution by Winograd's algorithm on tfjs' wasm backend: transform, 36 matrix products, transform back. */
import * as tf from '@tensorflow/tfjs';
import { transformFilter } from './filter.js';
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
  makeOutput(shape: number[], dtype: 'float32' | 'int32'): tf.TensorInfo;
  /** Address of a tensor's values. */
  getMemoryOffset(dataId: object): number;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** The functions of transforms.ts, compiled. */
export interface Transforms {
  input(map: number, zeros: number, table: number, at: number, height: number, width: number, cellBytes: number): void;
  output(
    map: number,
    dump: number,
    table: number,
    at: number,
    height: number,
    width: number,
    cellBytes: number,
    bias: number,
  ): void;
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

/** Convolutions of stride 1 with a border of one zero, for channels and filters that are multiples of 4. */
export class WinogradConvolution {
  /** By the filter's data: 36 matrices [1,C,O]. */
  readonly #kernels = new WeakMap<object, tf.TensorInfo[]>();
  readonly #matMul = tf.getKernel('_FusedMatMul', 'wasm').kernelFunc as unknown as (args: object) => tf.TensorInfo;

  constructor(
    private readonly backend: WasmBackend,
    private readonly transforms: Transforms,
  ) {
    this.#freeWithFilter();
  }

  /** @returns [B,H,W,O]. */
  run({ x, filter, bias }: ConvInputs): tf.TensorInfo {
    const { backend } = this;
    const [batch, height, width, channels] = x.shape;
    const filters = filter.shape[3];
    const kernel = this.#kernelOf(filter);
    const out = backend.makeOutput([batch, height, width, filters], 'float32');
    const spare = backend.makeOutput([Math.max(channels, filters)], 'float32');
    const table = backend.makeOutput([POINTS], 'int32');
    const perMap = tilesOf(x.shape);
    const parts = kernel.map(() => backend.makeOutput([1, batch * perMap, channels], 'float32'));

    this.#floats(spare).fill(0);
    this.#point(table, parts);
    for (let i = 0; i < batch; i++) {
      const map = this.#at(x, i * height * width * channels);
      const at = i * perMap * channels * FLOAT_BYTES;
      this.transforms.input(map, this.#at(spare), this.#at(table), at, height, width, channels * FLOAT_BYTES);
    }
    const products = parts.map((a, point) => this.#product(a, kernel[point]));
    this.#point(table, products);
    for (let i = 0; i < batch; i++) {
      const map = this.#at(out, i * height * width * filters);
      const at = i * perMap * filters * FLOAT_BYTES;
      const cellBytes = filters * FLOAT_BYTES;
      this.transforms.output(map, this.#at(spare), this.#at(table), at, height, width, cellBytes, this.#at(bias));
    }
    for (const { dataId } of [spare, table, ...parts, ...products]) backend.disposeData(dataId);
    return out;
  }

  #product(a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
    const attrs = { transposeA: false, transposeB: false, activation: 'linear' };
    return this.#matMul({ inputs: { a, b }, backend: this.backend, attrs });
  }

  /** Address of a tensor's values, or of those from some element on. */
  #at({ dataId }: tf.TensorInfo, element = 0): number {
    return this.backend.getMemoryOffset(dataId) + element * FLOAT_BYTES;
  }

  /** A view that is valid until the next allocation. */
  #floats(info: tf.TensorInfo): Float32Array {
    const size = info.shape.reduce((product, side) => product * side, 1);
    return new Float32Array(this.backend.wasm.HEAPU8.buffer, this.#at(info), size);
  }

  /** Writes the addresses of tensors into a table. */
  #point(table: tf.TensorInfo, infos: readonly tf.TensorInfo[]): void {
    const addresses = infos.map((info) => this.#at(info));
    new Int32Array(this.backend.wasm.HEAPU8.buffer, this.#at(table), POINTS).set(addresses);
  }

  /** The transformed filter, made once. */
  #kernelOf(filter: tf.TensorInfo): tf.TensorInfo[] {
    const known = this.#kernels.get(filter.dataId);
    if (known) return known;
    const [, , channels, filters] = filter.shape;
    const matrices = transformFilter(this.#floats(filter).slice(), channels * filters);
    const made = matrices.map((matrix) => {
      const info = this.backend.makeOutput([1, channels, filters], 'float32');
      this.#floats(info).set(matrix);
      return info;
    });
    this.#kernels.set(filter.dataId, made);
    return made;
  }

  /** A transformed filter lives as long as the filter. */
  #freeWithFilter(): void {
    const { backend } = this;
    const disposeData = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      const freed = disposeData(dataId, force);
      const kernel = freed ? this.#kernels.get(dataId) : undefined;
      if (kernel) {
        this.#kernels.delete(dataId);
        for (const info of kernel) disposeData(info.dataId);
      }
      return freed;
    };
  }
}
