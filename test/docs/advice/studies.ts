/** Advice of studies, exports and results. */
import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Advice } from './trial.js';
import { Journal, type Existing } from '../../../src/cli/study/journal.js';
import { parseSweep } from '../../../src/cli/study/parseSweep.js';
import { runStudy } from '../../../src/entry/studies.js';
import { requireProtobufSize } from '../../../src/export/protobufSize.js';
import { FastSAM } from '../../../src/index.js';
import { summariseRecords } from '../../../src/studies/measure.js';
import { proposalsStudy } from '../../../src/studies/proposals/study.js';
import type { RunHeader } from '../../../src/studies/records.js';
import type { Study, StudyRecord } from '../../../src/studies/study.js';
import { sweepPoints } from '../../../src/studies/sweep.js';
import { fastsamHere } from '../../support/cli.js';
import { goldenPath } from '../../support/golden.js';
import { TRAINED } from '../../support/paths.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';

const folder = temporaryFolder();
const model = await FastSAM.load(TRAINED, { device: 'wasm' });
const unfolded = await FastSAM.load(TRAINED, { device: 'wasm', keepBatchNorm: true });
afterAll(() => {
  model.dispose();
  unfolded.dispose();
});

mkdirSync(join(folder, 'images'));
copyFileSync(goldenPath('val/images/val/scene0.png'), join(folder, 'images', 'scene0.png'));
const annotations = join(folder, 'a.json');
writeFileSync(
  annotations,
  JSON.stringify({
    images: [{ id: 1, file_name: 'scene0.png', width: 160, height: 120 }],
    annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [10, 10, 50, 40], area: 2000, iscrowd: 0 }],
    categories: [{ id: 1, name: 'thing' }],
  }),
);

async function run(...args: string[]): Promise<void> {
  const { code, stderr } = await fastsamHere(args, folder);
  if (code !== 0) throw new Error(stderr);
}

const TINY = ['--cases', '0', '--imgsz', '64', '--device', 'wasm'];
const SMALL = ['--kind', 'boxes', ...TINY];
const study = (...more: string[]) => run('study', 'proposals', annotations, 'images', ...SMALL, ...more);

const header = (conf: number): RunHeader => {
  const identity = { settings: { conf } };
  return { format: 'fastsam-study', version: 1, study: 'mine', model: 'm', identity, hash: JSON.stringify(identity) };
};

/** Opens the records of a run, and adds one. */
async function record(name: string, conf: number, existing: Existing): Promise<void> {
  mkdirSync(join(folder, name), { recursive: true });
  const journal = await Journal.open(join(folder, name, 'records.jsonl'), header(conf), existing);
  await journal.add({ key: 'a', areas: [1, 2] } as StudyRecord);
  await journal.close();
}

writeFileSync(
  join(folder, 'mine.mjs'),
  `export const study = { name: 'mine', summary: '', help: '', settings: {}, options: {}, arguments: [], tables: () => [],
    metrics: [{ key: 'area', label: 'area', better: 'higher' }],
    async open() { return { items: [{ key: 'a', image: 'images/scene0.png' }], fingerprint: '', measure: ({ key }) => ({ key, areas: [] }) }; },
    summarise: (records) => ({ area: records.flatMap(({ areas }) => areas).length }) };`,
);
const counting = {
  name: 'counting',
  summarise: (records: readonly { readonly areas: number[] }[]) => ({ n: records[0].areas.length }),
} as unknown as Study;
const steps = (count: number) => Array.from({ length: count }, (_, i) => i / count);

export const STUDIES: Advice = {
  trials: [
    {
      advice: 'go on with --resume, start again with --overwrite, or name another folder with --out',
      provoke: async () => {
        await study('--out', 'earlier');
        await study('--out', 'earlier');
      },
      follow: async () => {
        await study('--out', 'earlier', '--resume');
        await study('--out', 'earlier', '--overwrite');
        await study('--out', 'other');
      },
    },
    {
      advice: 'name another folder with --out, or --overwrite them',
      provoke: async () => {
        await record('conf', 0.1, 'overwrite');
        await record('conf', 0.2, 'resume');
      },
      follow: async () => {
        await record('conf2', 0.2, 'resume');
        await record('conf', 0.2, 'overwrite');
      },
    },
    {
      advice: 'the file is damaged, --overwrite it',
      provoke: async () => {
        await record('damaged', 0.1, 'overwrite');
        appendFileSync(join(folder, 'damaged', 'records.jsonl'), '{"key\n');
        await record('damaged', 0.1, 'resume');
      },
      follow: () => record('damaged', 0.1, 'overwrite'),
    },
    {
      advice: 'run it again',
      provoke: () => summariseRecords(counting, [{ key: 'a' }], {}),
      follow: () => summariseRecords(counting, [{ key: 'a', areas: [1] } as StudyRecord], {}),
    },
    {
      advice: 'give its module with --study',
      provoke: async () => {
        await record('a', 0.1, 'overwrite');
        await record('b', 0.2, 'overwrite');
        await run('study', 'compare', 'a', 'b');
      },
      follow: () => run('study', 'compare', 'a', 'b', '--study', './mine.mjs', '--resamples', '10'),
    },
    {
      advice: 'write ./{}',
      provoke: () => run('study', 'mine.mjs', '--out', 'own', ...TINY),
      follow: () => run('study', './mine.mjs', '--out', 'own', ...TINY),
    },
    {
      advice: 'fastsam study --sweep resumes',
      provoke: () => runStudy(proposalsStudy, model, { sweep: { conf: [0.1] }, done: new Map() }),
      follow: async () => {
        await study('--sweep', 'conf=0.1,0.2', '--out', 'sweep', '--limit', '1');
        await study('--sweep', 'conf=0.1,0.2', '--out', 'sweep', '--resume');
      },
    },
    {
      advice: 'take fewer values',
      provoke: () => sweepPoints(proposalsStudy, { conf: steps(101), iou: steps(101) }),
      follow: () => sweepPoints(proposalsStudy, { conf: steps(11), iou: steps(11) }),
    },
    {
      advice: 'take a larger step',
      provoke: () => parseSweep(proposalsStudy, ['conf=0:1:0.00001']),
      follow: () => parseSweep(proposalsStudy, ['conf=0:1:0.1']),
    },
    {
      advice: 'load it without keepBatchNorm',
      provoke: () => unfolded.export('safetensors', null),
      follow: () => model.export('safetensors', null),
    },
    {
      advice: 'run the images one by one',
      provoke: () => model.export('saved_model', null, { imgsz: 64, nms: true, batch: 2 }),
      follow: () => model.export('saved_model', null, { imgsz: 64, nms: true }),
    },
    {
      advice: 'use half',
      provoke: () => {
        requireProtobufSize([{ length: 2 ** 31 }]);
      },
      follow: () => {
        requireProtobufSize([{ length: 2 ** 30 }]); // two bytes a weight, not four
      },
    },
  ],
  elsewhere: {
    'name another path or set overwrite': 'cli/export.test.ts',
    'name another path': 'cli/export.test.ts',
    "use the format 'tfjs_graph'": 'export/settings.test.ts',
  },
  untried: {
    'one column an anchor': 'a description',
    'by falling score, zeros after the last': 'a description',
    'mask = sigmoid(coefficients · prototypes) > 0.5 inside the box': 'a description',
    'every figure is recomputed in each resample.': 'a note below a table',
    'the first: {}': 'a report of the cause',
    '0: no such attempt': 'a description',
    'give them with their own width and height': 'results that a program has made by hand',
    'give prototypes of an input of that size': 'results that a program has made by hand',
    'make it of the masks of the target': 'a kind of prompt of a program of its own',
    "give { clip: await Clip.load('ViT-B/32') }": 'a download of 354 MB',
  },
};
