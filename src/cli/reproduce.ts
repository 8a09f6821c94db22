/** `fastsam reproduce`: which bits are the same here, over runs, threads, batches, devices and number formats. */
import { Command } from 'commander';
import { SEGMENT_OPTIONS } from '../model/options.js';
import { integer, text } from '../options/kinds.js';
import { COUNT } from '../options/limits.js';
import { pickRows } from '../options/row.js';
import { jsonRow, MODEL_ROWS } from './commonRows.js';
import { addRows, filled, picked, type CommandValues } from './rows.js';

const REPRODUCE_ROWS = {
  ...MODEL_ROWS,
  ...pickRows(SEGMENT_OPTIONS, ['imgsz', 'conf']),
  data: text({ text: 'COCO annotations: the AP of masks too', cli: { value: '<file>' } }),
  images: text({ text: 'where the images of --data lie', cli: { value: '<folder>' } }),
  limit: integer(COUNT.low, COUNT.high, { text: 'images of --data, at most so many', cli: { value: '<n>' } }),
  ways: text({ text: 'only those whose names begin so, as wasm', cli: { value: '<name>' } }),
  json: jsonRow('print JSON'),
};

/** The command. */
export function reproduceCommand(): Command {
  const command = new Command('reproduce')
    .description(
      'Run the same images several ways, and say which results are the same bit by bit and how far others are.',
    )
    .argument('[images...]', 'image files; default: the examples of the package');
  return addRows(command, REPRODUCE_ROWS)
    .addHelpText(
      'after',
      `
Each way runs in a process of its own. What each of them depends on: docs/user/reproducibility.md.

Examples:
  $ fastsam reproduce
  $ fastsam reproduce photos/*.jpg --model FastSAM-s --imgsz 640
  $ fastsam reproduce --data instances_val2017.json --images val2017 --limit 200`,
    )
    .action(async (images: string[], values: CommandValues) => {
      const { reproduce } = await import('./reproduce/run.js');
      const { model, data, images: folder, limit, ways, json } = filled(REPRODUCE_ROWS, values);
      const { imgsz, conf } = picked(REPRODUCE_ROWS, values);
      const settings = { ...(imgsz !== undefined && { imgsz }), ...(conf !== undefined && { conf }) };
      await reproduce({ images, model, settings, data, folder, limit, ways, json });
    });
}
