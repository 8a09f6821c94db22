/** `fastsam val`: precision, recall and AP on a data set, as a table, JSON and curves. */
import { Command } from 'commander';
import type { ValMetrics } from '../evaluate/yolo/ap.js';
import { plotPrCurves } from '../evaluate/yolo/prCurves.js';
import type { ValOptions, ValResult } from '../evaluate/val.js';
import { validateCoco, type CocoValResult } from '../evaluate/valCoco.js';
import { FastSAMError } from '../errors.js';
import { FastSAM } from '../fastsam.js';
import { platform } from '../platform/platform.js';
import type { DeviceChoice } from '../runtime/device.js';
import { makeFolder } from './files.js';
import { deviceOption } from './options.js';
import { ProgressLine } from './progress.js';
import { countOf, EXIT, interruptSignal, numberOption, say } from './run.js';

interface ValCommandOptions {
  readonly model: string;
  readonly images?: string;
  readonly split: string;
  readonly imgsz?: number;
  readonly conf: number;
  readonly iou: number;
  readonly maxDet?: number;
  readonly batch: number;
  readonly limit?: number;
  readonly device: DeviceChoice;
  readonly out?: string;
  readonly json?: true;
}

/** The command. */
export function valCommand(): Command {
  return new Command('val')
    .description(
      "Measure a model on a data set: P, R, mAP50 and mAP50-95 of boxes and masks, as Ultralytics' val does.",
    )
    .argument('<data>', 'yaml of a YOLO data set with outlines, or a COCO annotation file (.json)')
    .option('--model <name>', 'demo, FastSAM-s, FastSAM-x, or a path or URL of a checkpoint', 'demo')
    .option('--images <folder>', 'where the images of a COCO file lie')
    .option('--split <name>', 'which images of a YOLO data set', 'val')
    .option(
      '--imgsz <pixels>',
      "longer side of an image in the network's input [the model's]",
      numberOption(32, 8192, true),
    )
    .option('--conf <score>', 'detections must score above this', numberOption(0, 1), 0.001)
    .option('--iou <iou>', 'detections that overlap a better one more than this go', numberOption(0, 1), 0.7)
    .option('--max-det <n>', 'most detections an image [300]', numberOption(1, 100_000, true))
    .option('--batch <n>', 'images whose input has one size (YOLO data sets)', numberOption(1, 1024, true), 16)
    .option('--limit <n>', 'at most so many images', numberOption(1, 1e9, true))
    .addOption(deviceOption())
    .option('--out <folder>', 'write results.json, box-pr.png and mask-pr.png there')
    .option('--json', 'print JSON instead of the table')
    .addHelpText(
      'after',
      `
All classes are one, as FastSAM has one. docs/evaluation.md says how the numbers are defined.

Examples:
  $ fastsam val coco8-seg.yaml --model FastSAM-s --out val
  $ fastsam val instances_val2017.json --images val2017 --model FastSAM-s --limit 500`,
    )
    .action(val);
}

async function val(data: string, options: ValCommandOptions): Promise<void> {
  const signal = interruptSignal();
  const coco = /\.json$/i.test(data);
  if (coco && options.images === undefined) {
    throw new FastSAMError('INVALID_ARGUMENT', `${data}: got a COCO file, expected --images with the images' folder`);
  }
  const line = new ProgressLine();
  const model = await FastSAM.load(options.model, {
    device: options.device,
    signal,
    onProgress: line.download,
  });
  let result: ValResult | CocoValResult;
  try {
    const settings = {
      ...valOptions(options),
      signal,
      onProgress: (done: number, total: number) => {
        line.update('evaluating', done, total, 'count');
      },
    };
    result = coco
      ? await validateCoco(model, data, options.images ?? '', settings)
      : await model.val(data, { ...settings, split: options.split, batch: options.batch });
  } finally {
    line.clear();
    model.dispose();
  }
  for (const { image, reason } of result.skipped) say(`left out ${image}: ${reason}`);
  const report = { model: model.info.name, data, ...numbersOf(result) };
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${tableOf(result).join('\n')}\n`);
  if (options.out !== undefined) await writeFiles(options.out, result, report);
  if (result.skipped.length > 0) process.exitCode = EXIT.someFailed;
}

function valOptions({ imgsz, conf, iou, maxDet, limit }: ValCommandOptions): ValOptions {
  return {
    conf,
    iou,
    ...(imgsz !== undefined && { imgsz }),
    ...(maxDet !== undefined && { maxDet }),
    ...(limit !== undefined && { limit }),
  };
}

/** The result without its curves. */
function numbersOf(result: ValResult | CocoValResult) {
  const short = ({ precision, recall, mAP50, mAP75, mAP5095, score }: ValMetrics) => ({
    precision,
    recall,
    mAP50,
    mAP75,
    mAP5095,
    score,
  });
  const { images, objects, boxes, masks, speed, skipped } = result;
  const coco = 'coco' in result && {
    coco: { boxes: result.coco.boxes.summary(), masks: result.coco.masks.summary() },
  };
  return { images, objects, boxes: short(boxes), masks: masks ? short(masks) : null, ...coco, speed, skipped };
}

const percent = (value: number) => (value < 0 ? '–' : (100 * value).toFixed(1)).padStart(9);

function tableOf(result: ValResult | CocoValResult): string[] {
  const row = (name: string, { precision, recall, mAP50, mAP5095 }: ValMetrics) =>
    name.padEnd(8) + [precision, recall, mAP50, mAP5095].map(percent).join('');
  const { preprocess, inference, postprocess } = result.speed;
  const lines = [
    `${countOf(result.images, 'image')}, ${countOf(result.objects, 'object')}; percent`,
    `${''.padEnd(8)}${['P', 'R', 'mAP50', 'mAP50-95'].map((name) => name.padStart(9)).join('')}`,
    row('boxes', result.boxes),
    ...(result.masks ? [row('masks', result.masks)] : ['masks    none: the labels have no outlines']),
  ];
  if ('coco' in result) lines.push('', ...cocoTable(result.coco));
  const ms = [preprocess, inference, postprocess].map((value) => value.toFixed(1));
  return [...lines, '', `ms an image: ${ms[0]} preprocess, ${ms[1]} inference, ${ms[2]} postprocess`];
}

function cocoTable(coco: CocoValResult['coco']): string[] {
  const summaries = { boxes: coco.boxes.summary(), masks: coco.masks.summary() };
  const limits = Object.keys(summaries.boxes.AR);
  const head = ['AP', 'AP50', 'AP75', ...limits.map((limit) => `AR@${limit}`), 'AR small', 'medium', 'large'];
  return [
    `COCO    ${head.map((name) => name.padStart(9)).join('')}`,
    ...Object.entries(summaries).map(([name, { AP, AP50, AP75, AR, ARByArea }]) => {
      const values = [AP, AP50, AP75, ...Object.values(AR), ARByArea.small, ARByArea.medium, ARByArea.large];
      return name.padEnd(8) + values.map(percent).join('');
    }),
  ];
}

async function writeFiles(folder: string, result: ValResult, report: object): Promise<void> {
  await makeFolder(folder);
  const here = platform();
  const text = new TextEncoder().encode(`${JSON.stringify(report, null, 1)}\n`);
  await here.writeFileAtomic(here.joinPath(folder, 'results.json'), text);
  for (const [name, metrics] of Object.entries({ box: result.boxes, mask: result.masks })) {
    if (!metrics) continue;
    const curves = metrics.classes.map(({ class: c, ap, curves: { precisionOfRecall } }) => ({
      label: `${result.names[c] ?? `class ${c}`} ${(100 * ap[0]).toFixed(1)}`,
      precision: precisionOfRecall,
    }));
    const { data, width, height } = plotPrCurves(`${name} precision and recall at IoU 0.5, AP in percent`, curves);
    await here.writeFileAtomic(here.joinPath(folder, `${name}-pr.png`), await here.encodePng(data, width, height));
  }
}
