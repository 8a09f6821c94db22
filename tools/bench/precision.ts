/**
 * What a number format does to the masks: every object found in float32 beside the best match found in another format.
 *
 *   npx tsx tools/bench/precision.ts --precision bf16 FOLDER [--model demo] [--conf 0.25]
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FastSAM, type Mask } from '../../src/index.js';
import { iou } from '../../src/mask/setOps.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    precision: { type: 'string', default: 'bf16' },
    model: { type: 'string', default: 'demo' },
    conf: { type: 'string' },
    imgsz: { type: 'string' },
  },
});
const options = {
  ...(values.conf !== undefined && { conf: Number(values.conf) }),
  ...(values.imgsz !== undefined && { imgsz: Number(values.imgsz) }),
};

async function masksOf(paths: readonly string[], precision: string): Promise<(readonly Mask[])[]> {
  const model = await FastSAM.load(values.model, { precision: precision as 'auto' });
  const all: (readonly Mask[])[] = [];
  for await (const { results } of model.stream(paths, options)) all.push(results?.imageMasks ?? []);
  model.dispose();
  return all;
}

const folder = positionals[0];
const paths = readdirSync(folder)
  .filter((name) => /\.(jpe?g|png)$/i.test(name))
  .sort()
  .map((name) => join(folder, name));
const reference = await masksOf(paths, 'fp32');
const other = await masksOf(paths, values.precision);
const best = reference.flatMap((masks, i) => masks.map((mask) => Math.max(0, ...other[i].map((m) => iou(mask, m)))));
best.sort((a, b) => a - b);
const share = (least: number) => ((100 * best.filter((value) => value >= least).length) / best.length).toFixed(1);
const count = (lists: readonly (readonly Mask[])[]) => lists.reduce((sum, { length }) => sum + length, 0);
console.log(
  `${paths.length} images; fp32 ${count(reference)} objects, ${values.precision} ${count(other)}; ` +
    `IoU of each fp32 mask with its best match: median ${best[best.length >> 1].toFixed(4)}, ` +
    `>= 0.99 ${share(0.99)} %, >= 0.9 ${share(0.9)} %, >= 0.5 ${share(0.5)} %`,
);
