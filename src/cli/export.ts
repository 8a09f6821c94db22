/** `fastsam export`: a checkpoint for other runtimes. */
import { Command, InvalidArgumentError } from 'commander';
import { join } from 'node:path';
import { exportName } from '../export/exportModel.js';
import {
  EXPORT_FORMATS,
  EXPORT_FORMAT_NAMES,
  MAX_BATCH,
  OPSETS,
  planExport,
  type ExportFormat,
  type ExportOptions,
} from '../export/options.js';
import { FastSAM } from '../fastsam.js';
import { makeFolder } from './files.js';
import { describeBytes } from './info.js';
import { ProgressLine } from './progress.js';
import { interruptSignal, numberOption, numbersOption, say } from './run.js';

interface ExportCommandOptions {
  readonly format: readonly ExportFormat[];
  readonly out: string;
  readonly imgsz?: readonly number[];
  readonly dynamic?: true;
  readonly batch?: number;
  readonly half?: true;
  readonly nms?: true;
  readonly opset?: number;
  readonly overwrite?: true;
  readonly json?: true;
}

/** The command. */
export function exportCommand(): Command {
  const formats = EXPORT_FORMAT_NAMES.map((name) => `  ${name.padEnd(13)} ${EXPORT_FORMATS[name].about}`).join('\n');
  return new Command('export')
    .description(
      'Write a model for other runtimes: boxes come out decoded, prompts are not part of it (docs/export.md).',
    )
    .argument('<checkpoint>', 'a name, path or URL')
    .requiredOption('--format <list>', `one or more of ${EXPORT_FORMAT_NAMES.join(', ')}`, formatsOption)
    .option('--out <dir>', 'folder for the results', '.')
    .option(
      '--imgsz <size>',
      'pixels of the input: a side, or height,width (default: the checkpoint’s)',
      numbersOption([1, 2], '640 or 384,640'),
    )
    .option('--dynamic', 'any height, width (multiples of 32) and batch')
    .option('--batch <n>', 'images at once (default: 1)', numberOption(1, MAX_BATCH, true))
    .option('--half', 'weights in float16: half the bytes')
    .option('--nms', 'non-maximum suppression inside the model (onnx, saved_model, tfjs_graph)')
    .option('--opset <n>', 'ONNX operator set (default: 18)', numberOption(OPSETS.least, OPSETS.most, true))
    .option('--overwrite', 'replace earlier exports')
    .option('--json', 'print a line of JSON for each export')
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

function formatsOption(text: string): ExportFormat[] {
  return text.split(',').map((part) => {
    const found = EXPORT_FORMAT_NAMES.find((name) => name === part.trim());
    if (found === undefined)
      throw new InvalidArgumentError(`expected one or more of ${EXPORT_FORMAT_NAMES.join(', ')}.`);
    return found;
  });
}

async function run(
  checkpoint: string,
  { format: formats, out, imgsz, json, ...rest }: ExportCommandOptions,
): Promise<void> {
  const options = { ...rest, ...(imgsz && { imgsz: imgsz.length === 1 ? imgsz[0] : ([imgsz[0], imgsz[1]] as const) }) };
  const STAND_IN = { imgsz: 640, maxStride: 32 }; // for checks before the checkpoint is read
  // Weights have no sizes: beside other formats, safetensors leaves such options to them.
  const { half, overwrite } = rest;
  const optionsOf = (format: ExportFormat): ExportOptions =>
    format === 'safetensors' && formats.length > 1
      ? { ...(half && { half }), ...(overwrite && { overwrite }) }
      : options;
  for (const format of formats) planExport(format, optionsOf(format), STAND_IN);
  const signal = interruptSignal();
  const progress = new ProgressLine();
  // Nothing is computed: whatever holds the weights will do, and this is there everywhere.
  const model = await FastSAM.load(checkpoint, { device: 'wasm', signal, onProgress: progress.download });
  try {
    progress.clear();
    await makeFolder(out);
    for (const [i, format] of formats.entries()) {
      signal.throwIfAborted();
      progress.update(`exporting ${format}`, i, formats.length, 'count');
      const target = join(out, exportName(model.info.name, format)); // also where the folder's own name looks like a target
      const { path, bytes, files } = await model.export(format, target, optionsOf(format));
      progress.clear();
      if (json)
        process.stdout.write(`${JSON.stringify({ format, path, bytes, files: files.map(({ name }) => name) })}\n`);
      else say(`${model.info.name} -> ${path ?? ''}, ${describeBytes(bytes)}`);
    }
  } finally {
    progress.clear();
    model.dispose();
  }
}
