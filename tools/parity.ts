/**
 * Whole images against Ultralytics: the same detections, boxes, masks and prompt choices?
 *
 *   python tools/golden/pipeline.py --weights demo-n.pt --out out/pipeline IMAGE...
 *   npx tsx tools/parity.ts --model demo-n.pt --reference out/pipeline IMAGE...
 *
 * Prints one row an image and ends with 1 when a tolerance is missed: equal numbers of detections, boxes within half a
 * pixel, IoU of at least 0.99 for 99 % of the masks, equal choices.
 */
import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { decodeRle, FastSAM, type Results } from '../src/index.js';
import { iou } from '../src/mask/setOps.js';

/** What `tools/golden/pipeline.py` wrote of one image. */
export interface PipelineRecord {
  readonly imgsz: number;
  readonly conf: number;
  readonly iou: number;
  readonly retina: PipelineRun;
  readonly plain: PipelineRun;
}

interface PipelineRun {
  readonly boxes: readonly (readonly number[])[];
  readonly scores: readonly number[];
  readonly masks: readonly { size: [number, number]; counts: string }[];
  readonly prompts: readonly { boxes?: number[][]; points?: number[][]; labels?: number[]; chosen: number[] }[];
}

/** How far results are from a record. */
export interface Difference {
  readonly expected: number;
  readonly found: number;
  /** Largest difference of a coordinate, pixels of the image. */
  readonly box: number;
  readonly score: number;
  /** IoU of each mask with the record's. */
  readonly maskIous: readonly number[];
  readonly prompts: number;
  readonly wrongChoices: number;
}

/** Reads a record. */
export function readRecord(path: string): PipelineRecord {
  return JSON.parse(gunzipSync(readFileSync(path)).toString()) as PipelineRecord;
}

/** Segments as the record was made and compares, object by object in order. */
export async function compareWithRecord(
  model: FastSAM,
  image: string,
  record: PipelineRecord,
  run: 'retina' | 'plain',
): Promise<Difference> {
  const { imgsz, conf, iou: overlap } = record;
  const options = { imgsz, conf, iou: overlap, retinaMasks: run === 'retina', compat: 'ultralytics' } as const;
  return differences(await model.segment(image, options), record[run]);
}

function differences(results: Results, expected: PipelineRun): Difference {
  const n = Math.min(results.length, expected.boxes.length);
  let box = 0;
  let score = 0;
  const maskIous: number[] = [];
  for (let i = 0; i < n; i++) {
    const object = results.at(i);
    object.box.forEach((value, k) => {
      box = Math.max(box, Math.abs(value - expected.boxes[i][k]));
    });
    score = Math.max(score, Math.abs(object.score - expected.scores[i]));
    maskIous.push(iou(object.mask.mask, decodeRle(expected.masks[i])));
  }
  const wrong = expected.prompts.filter(({ chosen, ...prompt }) => {
    const ids = [...results.prompt(prompt).ids];
    return ids.length !== chosen.length || ids.some((id, k) => id !== chosen[k]);
  });
  return {
    expected: expected.boxes.length,
    found: results.length,
    box,
    score,
    maskIous,
    prompts: expected.prompts.length,
    wrongChoices: wrong.length,
  };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      model: { type: 'string', default: 'test/golden/networks/demo.safetensors' },
      reference: { type: 'string', default: 'test/golden/pipeline' },
      device: { type: 'string', default: 'auto' },
      precision: { type: 'string', default: 'fp32' },
    },
  });
  const model = await FastSAM.load(values.model, {
    device: values.device as 'auto',
    precision: values.precision as 'auto',
  });
  const all: Difference[] = [];
  console.log(`${model.info.name} on ${model.info.device}, ${model.info.precision}`);
  console.log('image               masks    objects  box px   score    lowest IoU  prompts');
  for (const image of positionals) {
    const record = readRecord(join(values.reference, `${basename(image, extname(image))}.json.gz`));
    for (const run of ['retina', 'plain'] as const) {
      const d = await compareWithRecord(model, image, record, run);
      all.push(d);
      console.log(
        `${basename(image).padEnd(21)} ${run.padEnd(8)} ${d.found}/${d.expected}`.padEnd(39) +
          `${d.box.toFixed(4).padEnd(9)}${d.score.toExponential(0).padEnd(9)}` +
          `${Math.min(1, ...d.maskIous)
            .toFixed(5)
            .padEnd(12)}${d.prompts - d.wrongChoices}/${d.prompts}`,
      );
    }
  }
  model.dispose();
  const ious = all.flatMap(({ maskIous }) => maskIous);
  const good = ious.filter((value) => value >= 0.99).length / ious.length;
  const sum = (pick: (d: Difference) => number) => all.reduce((total, d) => total + pick(d), 0);
  console.log(
    `${ious.length} masks, ${(100 * good).toFixed(1)} % with IoU >= 0.99, mean ${(ious.reduce((a, b) => a + b, 0) / ious.length).toFixed(5)}; ` +
      `${sum((d) => d.prompts - d.wrongChoices)} of ${sum((d) => d.prompts)} prompts chose the same`,
  );
  const fine = good >= 0.99 && all.every((d) => d.found === d.expected && d.box <= 0.5 && d.wrongChoices === 0);
  process.exitCode = fine ? 0 : 1;
}

if (process.argv[1]?.endsWith('parity.ts')) await main();
