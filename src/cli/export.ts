/** `fastsam export`: a checkpoint for other runtimes. */
import { Command } from 'commander';
import { join } from 'node:path';
import { exportName } from '../export/exportModel.js';
import {
  EXPORT_FORMATS,
  EXPORT_FORMAT_NAMES,
  EXPORT_OPTIONS,
  planExport,
  type ExportFormat,
  type ExportOptions,
} from '../export/options.js';
import { disk } from '../platform/platform.js';
import { custom, text } from '../options/kinds.js';
import { jsonRow } from './commonRows.js';
import { describeBytes } from './info.js';
import { loadModel } from './loadModel.js';
import { printJson, writesFiles } from './output.js';
import { ProgressLine } from './progress.js';
import { addRows, filled, picked, type CommandValues } from './rows.js';
import { interruptSignal, log } from './run.js';

const FORMAT_LIST = `one or more of ${EXPORT_FORMAT_NAMES.join(', ')}`;

const TARGET_ROWS = {
  format: custom<readonly ExportFormat[]>(FORMAT_LIST, Array.isArray, {
    text: FORMAT_LIST,
    required: true,
    cli: { value: '<list>', parse: parseFormats },
  }),
  out: text({ text: 'folder for the results', default: '.', cli: { value: '<dir>' } }),
};

const OUTPUT_ROWS = { json: jsonRow('print a line of JSON for each export') };

/** The command. */
export function exportCommand(): Command {
  const formats = EXPORT_FORMAT_NAMES.map((name) => `  ${name.padEnd(13)} ${EXPORT_FORMATS[name].about}`).join('\n');
  const command = new Command('export')
    .description(
      'Write a model for other runtimes: boxes come out decoded, prompts are not part of it (docs/user/export.md).',
    )
    .argument('<checkpoint>', 'a name, path or URL');
  addRows(command, TARGET_ROWS);
  addRows(command, EXPORT_OPTIONS, ['imgsz', 'dynamic', 'batch', 'half', 'nms', 'opset', 'overwrite']);
  return addRows(command, OUTPUT_ROWS)
    .addHelpText(
      'after',
      `
Formats:
${formats}

Examples:
  $ fastsam export FastSAM-s --format onnx                              FastSAM-s.onnx, 1024 px
  $ fastsam export FastSAM-s --format tfjs_graph --half --dynamic       for web pages: half the download, any size
  $ fastsam export demo --format saved_model,onnx --imgsz 640 --out exports`,
    )
    .action(run);
}

function parseFormats(list: string): readonly ExportFormat[] | undefined {
  const found = list.split(',').map((part) => EXPORT_FORMAT_NAMES.find((name) => name === part.trim()));
  return found.every((name) => name !== undefined) ? found : undefined;
}

async function run(checkpoint: string, values: CommandValues): Promise<void> {
  const { format: formats, out } = filled(TARGET_ROWS, values);
  const { json } = filled(OUTPUT_ROWS, values);
  const options = picked(EXPORT_OPTIONS, values);
  const STAND_IN = { imgsz: 640, maxStride: 32 }; // for checks before the checkpoint is read
  // Weights have no sizes: beside other formats, safetensors leaves such options to them.
  const { half, overwrite } = options;
  const optionsOf = (format: ExportFormat): ExportOptions =>
    format === 'safetensors' && formats.length > 1
      ? { ...(half && { half }), ...(overwrite && { overwrite }) }
      : options;
  for (const format of formats) planExport(format, optionsOf(format), STAND_IN);
  const signal = interruptSignal();
  writesFiles();
  // Nothing is computed: whatever holds the weights will do, and this is there everywhere.
  const model = await loadModel(checkpoint, { device: 'wasm', signal });
  const progress = new ProgressLine();
  try {
    await disk().makeFolder(out);
    for (const [i, format] of formats.entries()) {
      signal.throwIfAborted();
      progress.update(`exporting ${format}`, i, formats.length, 'count');
      const target = join(out, exportName(model.info.name, format)); // also where the folder's own name looks like a target
      const { path, bytes, files } = await model.export(format, target, optionsOf(format));
      progress.clear();
      if (json) printJson({ format, path, bytes, files: files.map(({ name }) => name) });
      else log(`${model.info.name} -> ${path ?? ''}, ${describeBytes(bytes)}`);
    }
  } finally {
    progress.clear();
    model.dispose();
  }
}
