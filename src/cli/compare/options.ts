/** The options of `fastsam compare`. */
import { LOAD_OPTIONS } from '../../model/loadOptions.js';
import { SEGMENT_OPTIONS } from '../../model/options.js';
import { flag, integer, number, text } from '../../options/kinds.js';
import { pickRows, withDefault, type Resolved } from '../../options/row.js';
import { jsonRow } from '../commonRows.js';
import { filled, picked, type CommandValues } from '../rows.js';

const FILE = { value: '<file>' };

/** What is compared with what. */
export const COMPARE_ROWS = {
  reference: text({ text: 'outputs that PyTorch and Ultralytics, or another program, made', cli: FILE }),
  write: text({ text: 'write such a file: what this package computes of the image', cli: FILE }),
  script: flag({ text: 'print the Python script that makes such files', default: false, cli: {} }),
  tolerance: number(0, 1, {
    text: 'exit with 1 where an output is further off, relative to its largest value; the first one is named',
    cli: { value: '<t>' },
  }),
  values: integer(1, 1_000_000_000, {
    text: 'written of each layer, at most so many, spread over all of it',
    default: 100_000,
    cli: { value: '<n>' },
  }),
  json: jsonRow('print JSON'),
};

/** Of the image that is written. Few objects: each has its logits in the file. */
export const IMAGE_ROWS = {
  ...pickRows(SEGMENT_OPTIONS, ['imgsz', 'conf', 'iou', 'square', 'compat']),
  maxDet: withDefault(SEGMENT_OPTIONS.maxDet, 20),
};

/** The options of the command. */
export type CompareOptions = Resolved<typeof COMPARE_ROWS> &
  Pick<Resolved<typeof LOAD_OPTIONS>, 'device' | 'keepBatchNorm'>;

/** The settings of the image that is written; those that were not given are the model's. */
export type ImageSettings = ReturnType<typeof imageSettings>;

/** What the command was given of `IMAGE_ROWS`. */
export const imageSettings = (values: CommandValues) => ({
  ...picked(IMAGE_ROWS, values),
  ...filled({ maxDet: IMAGE_ROWS.maxDet }, values),
});
