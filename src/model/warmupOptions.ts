/** The options of `FastSAM.warmup`. */
import { callback } from '../options/kinds.js';
import { pickRows, type RowsOf } from '../options/row.js';
import { SEGMENT_OPTIONS, type SegmentOptions } from './options.js';

/** Options of `FastSAM.warmup`: those with which images of these sizes will be segmented. */
export interface WarmupOptions extends Pick<SegmentOptions, 'imgsz' | 'square' | 'batch' | 'signal'> {
  /** Hears after every shader how many are compiled, and of how many. Not called where there are none. */
  onProgress?: (done: number, total: number) => void;
}

/** Every option of `warmup`. */
export const WARMUP_OPTIONS = {
  ...pickRows(SEGMENT_OPTIONS, ['imgsz', 'square', 'batch', 'signal']),
  onProgress: callback<NonNullable<WarmupOptions['onProgress']>>({
    text: 'hears after every shader how many are compiled, and of how many',
  }),
} satisfies RowsOf<WarmupOptions>;
