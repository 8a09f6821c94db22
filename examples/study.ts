/**
 * A study of one's own: how well a model counts, in images of which the number of objects is known.
 *
 *     npx tsx examples/study.ts
 *
 * Prints the record of each image, then the figures over all. With `fastsam study ./myStudy.mjs` a module that exports such an
 * object gets runs that survive a crash, tables, and a comparison of two models.
 */
import { fileURLToPath } from 'node:url';
import { FastSAM } from 'fastsam-tfjs';
import { defineStudy, runStudy, type StudyItem, type StudyRecord } from 'fastsam-tfjs/studies';

type Known = StudyItem & { readonly expected: number };
type Count = StudyRecord & { readonly expected: number; readonly found: number };
const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const truth = { 'coins.png': 24, 'coffee.jpg': 2 };

const counting = defineStudy<Count, Known>({
  name: 'counting',
  summary: 'objects counted and objects there',
  settings: { conf: 0.3 },
  metrics: [{ key: 'error', label: 'mean error', better: 'lower' }],
  open: () =>
    Promise.resolve({
      fingerprint: JSON.stringify(truth),
      items: Object.entries(truth).map(([key, expected]) => ({ key, expected, image: pathOf(key) })),
      measure: ({ key, expected }, scene) => ({ key, expected, found: scene.length }),
    }),
  summarise: (records) => ({
    error: records.reduce((sum, { found, expected }) => sum + Math.abs(found - expected), 0) / records.length,
  }),
});

const model = await FastSAM.load('demo', { device: 'wasm' });
const { records, metrics } = await runStudy(counting, model);
for (const record of records) console.log(JSON.stringify(record));
console.log(metrics);
model.dispose();
