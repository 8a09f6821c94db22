/** `fastsam val`: precision, recall and AP on a data set, as a table, JSON and curves. */
import { Command } from 'commander';
import type { ValMetrics } from '../evaluate/yolo/ap.js';
import type { ValResult } from '../evaluate/val.js';
import type { CocoValResult } from '../evaluate/valCoco.js';
import { disk, platform } from '../platform/platform.js';
import { loadModel } from './loadModel.js';
import { COCO_VAL_OPTIONS, VAL_OPTIONS } from '../evaluate/valOptions.js';
import { invalidArgument } from '../errors.js';
import { LOAD_OPTIONS } from '../model/loadOptions.js';
import { text } from '../options/kinds.js';
import { jsonRow, MODEL_ROWS } from './commonRows.js';
import { print, printJson, writesFiles } from './output.js';
import { ProgressLine } from './progress.js';
import { addRows, filled, picked, type CommandValues } from './rows.js';
import { EXIT, interruptSignal, log } from './run.js';
import { plural } from '../options/showValue.js';

const DATA_ROWS = {
  images: text({ text: 'where the images of a COCO file lie', cli: { value: '<folder>' } }),
};

const OUTPUT_ROWS = {
  out: text({ text: 'write results.json, box-pr.png and mask-pr.png there', cli: { value: '<folder>' } }),
  json: jsonRow('print JSON instead of the table'),
};

/** The command. */
export function valCommand(): Command {
  const command = new Command('val')
    .description(
      "Measure a model on a data set: P, R, mAP50 and mAP50-95 of boxes and masks, as Ultralytics' val does.",
    )
    .argument('<data>', 'yaml of a YOLO data set with outlines, or a COCO annotation file (.json)');
  addRows(command, MODEL_ROWS);
  addRows(command, DATA_ROWS);
  addRows(command, VAL_OPTIONS, ['split', 'imgsz', 'conf', 'iou', 'maxDet', 'batch', 'limit', 'maxPixels', 'window']);
  addRows(command, LOAD_OPTIONS, ['device']);
  return addRows(command, OUTPUT_ROWS)
    .addHelpText(
      'after',
      `
All classes are one, as FastSAM has one. docs/user/evaluation.md defines the numbers.

Examples:
  $ fastsam val coco8-seg.yaml --model FastSAM-s --out val
  $ fastsam val instances_val2017.json --images val2017 --model FastSAM-s --limit 500`,
    )
    .action(val);
}

async function val(data: string, values: CommandValues): Promise<void> {
  const signal = interruptSignal();
  const { images } = picked(DATA_ROWS, values);
  const { out, json } = filled(OUTPUT_ROWS, values);
  const coco = /\.json$/i.test(data);
  if (coco && images === undefined) {
    throw invalidArgument(`${data}: got a COCO file, expected --images with the images' folder`);
  }
  if (out !== undefined) {
    writesFiles();
    await disk().requireFolder(out);
  }
  await checkData(data, coco, picked(VAL_OPTIONS, values).split);
  const model = await loadModel(filled(MODEL_ROWS, values).model, {
    device: filled(LOAD_OPTIONS, values).device,
    signal,
  });
  const line = new ProgressLine();
  let result: ValResult | CocoValResult;
  try {
    const onProgress = (done: number, total: number) => {
      line.update('evaluating', done, total, 'count');
    };
    result = coco
      ? await (
          await import('../evaluate/valCoco.js')
        ).validateCoco(model, data, images ?? '', {
          ...picked(COCO_VAL_OPTIONS, values),
          signal,
          onProgress,
        })
      : await model.val(data, { ...picked(VAL_OPTIONS, values), signal, onProgress });
  } finally {
    line.clear();
    model.dispose();
  }
  for (const note of result.notes) log(note);
  for (const { image, reason } of result.skipped) log(`left out ${image}: ${reason}`);
  const report = { model: model.info.name, data, ...numbersOf(result) };
  if (json) printJson(report);
  else print(...tableOf(result));
  if (out !== undefined) await writeFiles(out, result, report);
  if (result.skipped.length > 0) process.exitCode = EXIT.someFailed;
}

/** Data that cannot be used are told of before a model is loaded, which may take a download. */
async function checkData(data: string, coco: boolean, split?: string): Promise<void> {
  if (coco) await (await import('../evaluate/coco/file.js')).readCocoFile(data);
  else await (await import('../evaluate/yolo/dataset.js')).readYoloDataset(data, split);
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
  const { images, objects, boxes, masks, speed, skipped, notes } = result;
  const coco = 'coco' in result && {
    coco: { boxes: result.coco.boxes.summary(), masks: result.coco.masks?.summary() ?? null },
  };
  return { images, objects, boxes: short(boxes), masks: masks ? short(masks) : null, ...coco, speed, skipped, notes };
}

const percent = (value: number) => (value < 0 ? '–' : (100 * value).toFixed(1)).padStart(9);

function tableOf(result: ValResult | CocoValResult): string[] {
  const row = (name: string, { precision, recall, mAP50, mAP5095 }: ValMetrics) =>
    name.padEnd(8) + [precision, recall, mAP50, mAP5095].map(percent).join('');
  const { preprocess, inference, postprocess } = result.speed;
  const lines = [
    `${plural(result.images, 'image')}, ${plural(result.objects, 'object')}; percent`,
    `${''.padEnd(8)}${['P', 'R', 'mAP50', 'mAP50-95'].map((name) => name.padStart(9)).join('')}`,
    row('boxes', result.boxes),
    ...(result.masks ? [row('masks', result.masks)] : ['masks    none: the labels have no outlines']),
  ];
  if ('coco' in result) lines.push('', ...cocoTable(result.coco));
  const ms = [preprocess, inference, postprocess].map((value) => value.toFixed(1));
  return [...lines, '', `ms an image: ${ms[0]} preprocess, ${ms[1]} inference, ${ms[2]} postprocess`];
}

function cocoTable(coco: CocoValResult['coco']): string[] {
  const summaries = { boxes: coco.boxes.summary(), ...(coco.masks && { masks: coco.masks.summary() }) };
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
  const here = platform();
  const text = new TextEncoder().encode(`${JSON.stringify(report, null, 1)}\n`);
  await here.writeFileAtomic(here.joinPath(folder, 'results.json'), text);
  for (const [name, metrics] of Object.entries({ box: result.boxes, mask: result.masks })) {
    if (!metrics) continue;
    const curves = metrics.classes.map(({ class: c, ap, curves: { precisionOfRecall } }) => ({
      label: `${result.names[c] ?? `class ${c}`} ${(100 * ap[0]).toFixed(1)}`,
      precision: precisionOfRecall,
    }));
    const { plotPrCurves } = await import('../evaluate/yolo/prCurves.js');
    const { data, width, height } = plotPrCurves(`${name} precision and recall at IoU 0.5, AP in percent`, curves);
    await here.writeFileAtomic(here.joinPath(folder, `${name}-pr.png`), await here.encodePng(data, width, height));
  }
}
