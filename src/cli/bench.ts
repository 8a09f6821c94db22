/** `fastsam bench`: how fast this machine is, on every device and in every number format that is present. */
import { Command } from 'commander';
import os from 'node:os';
import { SCALE_NAMES } from '../model/families/scaling.js';
import { integer } from '../options/kinds.js';
import { IMGSZ } from '../options/limits.js';
import { PRECISION_CHOICES } from '../runtime/choices.js';
import { DEVICES } from '../runtime/choices.js';
import { listOption, wholeListOption } from './bench/lists.js';
import { GROUPS, MANY, type BenchOptions } from './bench/options.js';
import { addRows, filled, type CommandValues } from './rows.js';

const PRECISIONS = PRECISION_CHOICES.filter((name) => name !== 'auto');

const RUN_ROWS = {
  imgsz: integer(IMGSZ.low, IMGSZ.high, {
    text: 'longer side of the network input for whole images',
    default: 640,
    cli: { value: '<pixels>' },
  }),
  rounds: integer(1, 10_000, {
    text: 'turns of every contender',
    otherwise: 'as many as fit into 10 seconds',
    cli: { value: '<n>' },
  }),
};

/** The command. */
export function benchCommand(): Command {
  const command = new Command('bench')
    .description(
      'Measure how fast models run here, on every device and in every number format that is present: the network alone; ' +
        'an image file to JSON; peak memory; process start to first mask. The contenders take turns.',
    )
    .argument('[model...]', 'names, paths or URLs of checkpoints [demo]')
    .option(
      '--scale <list>',
      'instead: random weights of these sizes of the network: n, s, m, l, x',
      listOption(SCALE_NAMES),
    )
    .option(
      '--size <list>',
      'sides of the square input of the network [320,640,1024]',
      wholeListOption(IMGSZ.low, IMGSZ.high),
    )
    .option('--device <list>', `only these: ${DEVICES.join(', ')}`, listOption(DEVICES))
    .option('--precision <list>', `only these: ${PRECISIONS.join(', ')}`, listOption(PRECISIONS))
    .option('--threads <list>', 'threads of WebAssembly', wholeListOption(1, 8), [
      Math.min(8, os.availableParallelism()),
    ])
    .option('--only <list>', `only these: ${GROUPS.join(', ')}`, listOption(GROUPS))
    .option('--objects <list>', 'objects found in the image, by choice of the threshold', wholeListOption(1, 1000), [
      1,
      MANY,
    ]);
  return addRows(command, RUN_ROWS)
    .option('--image <file>', 'an image to find objects in [made of the examples, 1920x1080]')
    .option('--quick', 'fewer sizes and turns: about a minute for the demo model')
    .option('--json', 'print JSON with every single measurement')
    .addHelpText(
      'after',
      `
Wall time is what a user waits for, CPU time what the machine works: on a busy machine trust the latter and the ratios,
which are taken turn by turn.

Examples:
  $ fastsam bench --quick                                        the demo model
  $ fastsam bench FastSAM-s --only segment --image street.jpg  an image of yours
  $ fastsam bench --scale n,s,x --only network                   FastSAM's sizes without their weights
  $ fastsam bench --device wasm --threads 1,2,4                  what threads bring`,
    )
    .action(async (names: string[], values: BenchOptions & CommandValues) => {
      const { bench } = await import('./bench/run.js');
      await bench(names, { ...values, ...filled(RUN_ROWS, values) });
    });
}
