/** Where Winograd's algorithm is faster than the convolution itself. */
import { tilesOf, type ConvInputs } from './convolution.js';
import { COLUMNS } from './product.js';
import { LANES } from '../wasmKernels/backend.js';

/** Fewer tiles than this in a map: the products are too small to gain. */
const FEWEST_TILES = 16;
/** Kernels of up to so many pairs of channels are always transformed; they then take 9 MB at most. */
const FREE_PAIRS = 65_536;
/** Larger ones where the map is large, too: from one tile on for so many pairs. */
const PAIRS_PER_TILE = 160;

/** Of a 3x3 convolution of stride 1 with a border of one zero. */
export function fitsWinograd({ x, filter }: Pick<ConvInputs, 'x' | 'filter'>): boolean {
  const [, , channels, filters] = filter.shape;
  const tiles = x.shape[0] * tilesOf(x.shape);
  const pairs = channels * filters;
  return (
    channels % LANES === 0 &&
    filters % COLUMNS === 0 &&
    tiles >= FEWEST_TILES &&
    (pairs <= FREE_PAIRS || tiles * PAIRS_PER_TILE >= pairs)
  );
}
