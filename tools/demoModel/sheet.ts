/**
 * Checkpoints and settings side by side on photographs, for choosing the shipped model and its defaults by eye.
 *
 *   npx tsx tools/demoModel/sheet.ts --models old.pt,new.pt --imgsz 320,640 --conf 0.25 --out out/demoModel IMAGE...
 *
 * A row an image, a column each combination of model, imgsz, conf and iou, unless `--columns` says otherwise; with one
 * combination the images fill a square. A sheet holds `--rows` images.
 */
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { contactSheet, FastSAM, platform, type SheetCell } from '../../src/index.js';

const { values, positionals: images } = parseArgs({
  allowPositionals: true,
  options: {
    models: { type: 'string', default: 'demo' },
    imgsz: { type: 'string', default: '320,480,640' },
    conf: { type: 'string', default: '0.25' },
    iou: { type: 'string', default: '0.7' },
    rows: { type: 'string', default: '5' },
    cell: { type: 'string', default: '400' },
    columns: { type: 'string' },
    out: { type: 'string', default: 'out/demoModel' },
  },
});
const numbers = (list: string): number[] => list.split(',').map(Number);
const settings = numbers(values.imgsz).flatMap((imgsz) =>
  numbers(values.conf).flatMap((conf) => numbers(values.iou).map((iou) => ({ imgsz, conf, iou }))),
);

/** Rows of cells: one an image. */
const rows: SheetCell[][] = images.map(() => []);
for (const source of values.models.split(',')) {
  const model = await FastSAM.load(source);
  for (const [row, image] of images.entries()) {
    for (const { imgsz, conf, iou } of settings) {
      const scene = await model.segment(image, { imgsz, conf, iou });
      const caption = `${basename(image)} ${basename(source)} ${imgsz} conf ${conf} iou ${iou}: ${scene.length}`;
      rows[row].push({ image: scene.plot(), caption });
    }
  }
  model.dispose();
}

await mkdir(values.out, { recursive: true });
const perSheet = Number(values.rows);
for (let first = 0, number = 1; first < rows.length; first += perSheet, number++) {
  const cells = rows.slice(first, first + perSheet).flat();
  const columns = Number(values.columns ?? rows[0].length);
  const sheet = contactSheet(cells, { ...(columns > 1 && { columns }), cellSize: Number(values.cell) });
  const path = join(values.out, `sheet-${number}.png`);
  await platform().writeFileAtomic(path, await platform().encodePng(sheet.data, sheet.width, sheet.height));
  console.log(path);
}
