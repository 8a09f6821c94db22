/** The options of `writeBatch`. */
import type { OutputFormat } from '../formats/format.js';
import { SEGMENT_OPTIONS, type SegmentOptions } from '../model/options.js';
import { custom, flag, number, text } from '../options/kinds.js';
import { omitRows, pickRows, type RowsOf } from '../options/row.js';
import { REFINE_OPTIONS } from '../results/refine.js';
import type { ResumeOptions } from './begin.js';
import { isShard, type Shard } from './shard.js';

/** Options of `writeBatch`: what is written and where, and how images are segmented. */
export interface BatchOptions extends ResumeOptions, Omit<SegmentOptions, 'batch' | 'edit'> {
  /** Names of built-in formats, and formats of your own. Default `['json']`. */
  readonly formats?: readonly (string | OutputFormat)[];
  /** Close small gaps and remove specks of each mask. Default false. */
  readonly clean?: boolean;
  /** Keep only the largest connected part of each mask. Default false. */
  readonly largest?: boolean;
  /** Only part `index` of `count`, from 1: one of several processes that share the folder. Default: all. */
  readonly shard?: Shard;
  /** Longest time for one image in seconds, waiting for others aside; it then counts as failed. Default 120. */
  readonly imageTimeout?: number;
}

/** The options of `segment` that a batch has. */
export const DETECTION_OPTIONS = omitRows(SEGMENT_OPTIONS, ['batch', 'edit']);

/** Every option of `writeBatch`. */
export const BATCH_OPTIONS = {
  ...DETECTION_OPTIONS,
  ...pickRows(REFINE_OPTIONS, ['clean', 'largest']),
  out: text({
    text: 'where files go; they mirror the folders of the images',
    required: true,
    cli: { value: '<folder>' },
  }),
  formats: custom<readonly (string | OutputFormat)[]>('a list of names and formats', Array.isArray, {
    text: 'files of each image: names of formats, and formats of your own',
    default: ['json'],
  }),
  shard: custom<Shard>('{ index, count } with index from 1 to count', isShard, {
    text: 'only part index of count, from 1',
    otherwise: 'all',
  }),
  imageTimeout: number(0.001, 86_400, {
    text: 'longest time for one image in seconds; it then counts as failed, and the batch goes on',
    default: 120,
    cli: { value: '<seconds>' },
  }),
  resume: flag({ text: 'go on where an earlier run ended; what is done is not repeated', default: false, cli: {} }),
  retryFailed: flag({
    text: 'with resume: try images again that failed',
    default: false,
    cli: { text: 'with --resume: try images again that failed' },
  }),
  overwrite: flag({ text: 'remove what an earlier run wrote, and start anew', default: false, cli: {} }),
} satisfies RowsOf<BatchOptions>;
