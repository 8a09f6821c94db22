/** `fastsam batch`: thousands to millions of images, one file of masks each; can be killed and gone on with. */
import { Command } from 'commander';
import { verifyBatch } from '../batch/verify.js';
import { mergeBatch } from '../batch/writeBatch.js';
import { executeEnqueue } from './batch/enqueue.js';
import { executeBatch } from './batch/execute.js';
import { addBatchOptions } from './batch/options.js';
import { executeWork } from './batch/work.js';
import { loadFormats } from './formats.js';
import { print } from './output.js';
import { EXIT, log } from './run.js';
import { batchOptions } from './batch/options.js';
import { WORK_ROWS } from './batch/work.js';
import { plural } from '../options/showValue.js';
import { addRows, type CommandValues } from './rows.js';

/** The command. */
export function batchCommand(): Command {
  const command = new Command('batch')
    .description('Masks of thousands of images as files; can be killed at any moment and gone on with.')
    .argument('<source...>', 'folders (with all that is below them), files, globs, URLs');
  addBatchOptions(command)
    .addHelpText(
      'after',
      `
Beside the images' files: manifest.json (what was run), failures.jsonl, summary.json, coco.json (with --format coco).

Examples:
  $ fastsam batch photos/ --out masks --workers 4                       masks/<path of the image>.json
  $ fastsam batch photos/ --out masks --workers 4 --resume              after whatever ended the first run
  $ fastsam batch photos/ --out masks --format coco,yolo --model FastSAM-s
  $ fastsam batch photos/ --out masks --shard 3/16 --resume             one of 16 machines that share a disk
  $ fastsam batch photos/ --out masks --format ./labelme.mjs            a format of your own
  $ fastsam batch merge masks                                           coco.json and summary.json of what is there
  $ fastsam batch verify masks                                          whether every file is as it was written
  $ fastsam batch enqueue photos/ --out masks --queue redis://host:6379  for a fleet; needs npm install bullmq ioredis
  $ fastsam batch work --queue redis://host:6379 --until-empty           on each machine`,
    )
    .action(async (sources: string[], values: CommandValues) => executeBatch(sources, batchOptions(values)));
  command.addCommand(mergeCommand()).addCommand(verifyCommand()).addCommand(enqueueCommand()).addCommand(workCommand());
  return command;
}

function mergeCommand(): Command {
  return new Command('merge')
    .description('Write coco.json, failures.jsonl and summary.json of a batch again, finished or not.')
    .argument('<folder>', 'the output folder of the batch')
    .action(merge);
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('Look whether all files of a batch are there and as they were written; a line for each that is not.')
    .argument('<folder>', 'the output folder of the batch')
    .action(verify);
}

async function verify(out: string): Promise<void> {
  const lines = verifyBatch(out);
  let next = await lines.next();
  for (; next.done !== true; next = await lines.next()) {
    print(next.value);
    process.exitCode = EXIT.someFailed;
  }
  log(`${next.value.right} of ${plural(next.value.images, 'image')} as they were written -> ${out}`);
}

function enqueueCommand(): Command {
  return new Command('enqueue')
    .description('Put the images of a batch into a queue; takes the options of batch.')
    .argument('<source...>', 'folders (with all that is below them), files, globs, URLs')
    .action(async (sources: string[], _: object, command: Command) => {
      await executeEnqueue(sources, batchOptions(command.optsWithGlobals<CommandValues>()));
    });
}

function workCommand(): Command {
  const command = new Command('work').description(
    'Do images of a queue, any number of such processes on any number of machines that share the folders.',
  );
  return addRows(command, WORK_ROWS).action(async (_: object, self: Command) =>
    executeWork(self.optsWithGlobals<CommandValues>()),
  );
}

async function merge(out: string, _: object, command: Command): Promise<void> {
  const { format } = batchOptions(command.optsWithGlobals<CommandValues>());
  const formats = (await loadFormats(format)).map((chosen) => chosen.format);
  const { images, done, failed, missing } = await mergeBatch(out, formats);
  log(`${done} of ${plural(images, 'image')} done, ${missing} missing, ${failed} failed -> ${out}`);
  if (failed + missing > 0) process.exitCode = EXIT.someFailed;
}
