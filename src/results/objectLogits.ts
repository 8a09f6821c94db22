/** The logits of one object of results, on the prototypes' grid or the image's. */
import { referenceOf } from '../compat/references.js';
import { toImage } from '../mask/rasterize.js';
import { oneOf } from '../options/kinds.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import { checkIndex } from '../record/indices.js';
import { prototypeLogits, requireMaskInputs, type MaskLogits } from '../record/maskLogits.js';
import type { SceneRecord } from '../record/record.js';

/** Options of `Results.logits`. */
export interface LogitsOptions {
  /** The grid: that of the prototypes, or the image's pixels. Default `image`. */
  resolution?: 'prototype' | 'image';
}

/** Every option of `logits`. */
export const LOGITS_OPTIONS = {
  resolution: oneOf(['prototype', 'image'], {
    text: "the grid: that of the prototypes, a quarter of the network input, or the image's pixels",
    default: 'image',
  }),
} satisfies RowsOf<LogitsOptions>;

/** See `Results.logits`. */
export function objectLogits(record: SceneRecord, index: number, options: LogitsOptions): MaskLogits {
  const { resolution } = resolve(LOGITS_OPTIONS, options);
  const { maskInputs, letterbox, image, compat } = record;
  const row = checkIndex('object', index, record.length);
  const grid = prototypeLogits(requireMaskInputs('logits', maskInputs), row);
  if (resolution === 'prototype') return grid;
  const data = toImage(grid.data, letterbox, referenceOf(compat).masks.raster);
  return { data, width: image.width, height: image.height };
}
