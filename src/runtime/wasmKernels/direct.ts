/**
 * Convolutions as one matrix product: of 1x1 the map itself, of 3x3 with stride 2 the cells around each output, gathered row
 * block by row block. tfjs' own are as fast on one thread and have the same bits, but on several these are faster as part of a
 * network: two sets of threads that wait for work by looking for it keep each other from the cores.
 */
import { FunctionWriter, I32, V128 } from '../assembler.js';
import * as tf from '../tfjs.js';
import { findCells } from '../winograd/cells.js';
import type { ConvInputs } from '../winograd/convolution.js';
import { COLUMNS, packPanels, ROWS } from '../winograd/product.js';
import type { Call, KernelPool } from '../wasm/pool.js';
import { FLOAT_BYTES, GATHER, LANES, PRODUCT, shares, VECTOR_BYTES, type WasmBackend } from './backend.js';
import type { PackedFilters } from './packedFilters.js';

const SIDE = 3;
const CELLS = SIDE * SIDE;
const STRIDE = 2;

/** Rows of the left matrix that a core's caches hold while all columns pass. */
const CACHE_BYTES = 128 * 1024;

/**
 * `gather(map, zeros, out, height, width, cellBytes, first, end)`: for every second row of a map [height,width,C] from `first` to
 * `end` and every second column the 3x3 cells around it, one after the other; `zeros` for those outside. C is a multiple of 4.
 */
export function gatherFunction(): FunctionWriter {
  const f = new FunctionWriter(8);
  const [map, elsewhere, out, height, width, cellBytes, first, end] = f.arguments();
  const [row, column, c] = f.locals(3, I32);
  const cells = f.locals(CELLS, I32);
  const value = f.local(V128);
  f.loop(row, first, end, STRIDE, () => {
    f.loop(column, 0, width, STRIDE, () => {
      findCells(f, { map, height, width, cellBytes }, { row, column }, { cells, side: SIDE, border: 1, elsewhere });
      for (const cell of cells) {
        f.loop(c, 0, cellBytes, VECTOR_BYTES, () => {
          f.total(cell, c).loadVector().set(value);
          f.total(out, c).get(value).storeVector();
        });
        f.total(out, cellBytes).set(out);
      }
    });
  });
  return f;
}

/** What the two kinds of convolutions share. */
export interface Direct {
  readonly backend: WasmBackend;
  readonly pool: KernelPool;
  readonly filters: PackedFilters;
}

/** Whether channels, filters and rows come in the numbers that the product takes. */
export function fitsProduct({ x, filter }: Pick<ConvInputs, 'x' | 'filter'>, rows: number): boolean {
  const [, , channels, filters] = filter.shape;
  return channels % LANES === 0 && filters % COLUMNS === 0 && rows % ROWS === 0 && x.dtype === 'float32';
}

/** How many rows of so many bytes go into a cache: a multiple of `step`. */
const blockOf = (rowBytes: number, step: number): number =>
  Math.max(step, Math.floor(CACHE_BYTES / rowBytes / step) * step);

/** @returns [B,H,W,O] of a map [B,H,W,C] and a filter [1,1,C,O]; B H W is a multiple of 4. */
export function pointwise({ backend, pool, filters }: Direct, { x, filter, bias }: ConvInputs): tf.TensorInfo {
  const [channels, outs] = filter.shape.slice(2);
  const matrix = filters.at(filter, 'matrix', (values) => packPanels(values, outs));
  const out = backend.makeOutput([...x.shape.slice(0, 3), outs], 'float32');
  const [from, to, start] = [x, out, bias].map(({ dataId }) => backend.getMemoryOffset(dataId));
  const [cellBytes, outBytes] = [channels * FLOAT_BYTES, outs * FLOAT_BYTES];
  const block = blockOf(cellBytes, ROWS);
  const product = (row: number, end: number): Call => {
    const count = Math.min(row + block, end) - row;
    return [PRODUCT, from + row * cellBytes, matrix, to + row * outBytes, count, cellBytes, outBytes, 1, start];
  };
  pool.run(
    shares(pool, tf.util.sizeFromShape(x.shape.slice(0, 3)) / ROWS).map(([first, end]) => {
      const calls: Call[] = [];
      for (let row = first * ROWS; row < end * ROWS; row += block) calls.push(product(row, end * ROWS));
      return calls;
    }),
  );
  return out;
}

/** @returns [B,H/2,W/2,O] of a map [B,H,W,C] with a border of one zero and a filter [3,3,C,O]; W/2 is a multiple of 4. */
export function strided({ backend, pool, filters }: Direct, { x, filter, bias }: ConvInputs): tf.TensorInfo {
  const [batch, height, width, channels] = x.shape;
  const outs = filter.shape[3];
  const [outHeight, outWidth] = [height, width].map((side) => Math.ceil(side / STRIDE));
  const matrix = filters.at(filter, 'matrix', (values) => packPanels(values, outs));
  const out = backend.makeOutput([batch, outHeight, outWidth, outs], 'float32');
  const [cellBytes, outBytes] = [channels * FLOAT_BYTES, outs * FLOAT_BYTES];
  const block = blockOf(outWidth * CELLS * cellBytes, 1);
  const zeros = backend.makeOutput([channels], 'float32');
  const spaces = Array.from({ length: pool.threads }, () =>
    backend.makeOutput([block * outWidth * CELLS * channels], 'float32'),
  );
  const [from, to, start, zero] = [x, out, bias, zeros].map(({ dataId }) => backend.getMemoryOffset(dataId));
  new Float32Array(backend.wasm.HEAPU8.buffer, zero, channels).fill(0);
  for (let image = 0; image < batch; image++) {
    const map = from + image * height * width * cellBytes;
    const target = to + image * outHeight * outWidth * outBytes;
    pool.run(
      shares(pool, outHeight).map(([first, end], thread) => {
        const space = backend.getMemoryOffset(spaces[thread].dataId);
        const calls: Call[] = [];
        for (let row = first; row < end; row += block) {
          const last = Math.min(row + block, end);
          const place = target + row * outWidth * outBytes;
          calls.push([GATHER, map, zero, space, height, width, cellBytes, STRIDE * row, STRIDE * last]);
          calls.push([PRODUCT, space, matrix, place, (last - row) * outWidth, CELLS * cellBytes, outBytes, 1, start]);
        }
        return calls;
      }),
    );
  }
  for (const { dataId } of [zeros, ...spaces]) backend.disposeData(dataId);
  return out;
}
