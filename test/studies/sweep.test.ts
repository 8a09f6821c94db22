/** Sweeps: every combination, equal to a run of its own; the network once for each image and size. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSweep } from '../../src/cli/study/parseSweep.js';
import { defineStudy, integer, oneOf, runStudy, type StudyItem, type StudyRecord } from '../../src/entry/studies.js';
import { FastSAM } from '../../src/index.js';
import type { CachedSegmenter, Segmenter } from '../../src/model/segmenter.js';
import { sweepPoints, tabulate, type Sweep } from '../../src/studies/sweep.js';
import type { Study } from '../../src/studies/study.js';
import { repository } from '../support/paths.js';

type Areas = StudyRecord & { readonly found: readonly (readonly [score: number, area: number, mask: string])[] };

/** Records everything that is found, so that any difference between two runs shows. */
const study = defineStudy<Areas, StudyItem>({
  ...{ name: 'areas', summary: '', help: '', arguments: [] },
  options: {
    least: integer(0, 1000, { text: 'pixels', default: 0, cli: { value: '<n>' } }),
    rule: oneOf(['all', 'first'], { text: 'which', default: 'all', cli: { value: '<which>' } }),
  },
  settings: { imgsz: 96, conf: 0.2 },
  metrics: [
    { key: 'objects', label: 'objects, all', better: 'higher' },
    { key: 'area', label: 'mean area', better: 'higher' },
  ],
  open: ({ options }) =>
    Promise.resolve({
      fingerprint: '',
      items: ['coffee.jpg', 'coins.png', 'missing.jpg'].map((key) => ({
        key,
        image: join(repository('test/golden/scenes'), key),
      })),
      measure: ({ key }, scene) => ({
        key,
        found: [...scene]
          .filter(({ area }) => area >= Number(options.least))
          .slice(0, options.rule === 'first' ? 1 : undefined)
          .map(({ score, area, mask }) => [score, area, mask.toRle().counts] as const),
      }),
    }),
  summarise(records) {
    const all = records.flatMap(({ found }) => found);
    return {
      objects: all.length,
      area: all.length === 0 ? null : all.reduce((sum, [, area]) => sum + area, 0) / all.length,
    };
  },
  tables: () => [],
}) as unknown as Study;

let model: FastSAM;
const runs: number[] = [];
/** The model, and how often the network runs in each pass. */
let counted: Segmenter;
beforeAll(async () => {
  model = await FastSAM.load('demo', { device: 'wasm' });
  counted = {
    info: model.info,
    segment: (image, options) => model.segment(image, options),
    stream: (inputs, options) => model.stream(inputs, options),
    async withCache(): Promise<CachedSegmenter> {
      const cached = await model.withCache();
      return {
        info: cached.info,
        segment: (image, options) => cached.segment(image, options),
        stream: (inputs, options) => cached.stream(inputs, options),
        get runs() {
          return cached.runs;
        },
        dispose() {
          runs.push(cached.runs);
          cached.dispose();
        },
      };
    },
  };
});
afterAll(() => {
  model.dispose();
});

const SWEEP = { conf: [0.05, 0.3], iou: [0.2, 0.9], maxDet: [3, 300], imgsz: [64, 96] } satisfies Sweep;

describe('a sweep', () => {
  test('has the records of separate runs, and runs the network once for each image and size', async () => {
    runs.length = 0;
    const failures: string[] = [];
    const seen: [number, number][] = [];
    const swept = await runStudy(study, counted, {
      sweep: SWEEP,
      onFailure: ({ key }) => failures.push(key),
      onProgress: (done, total) => seen.push([done, total]),
    });
    expect(swept.points).toHaveLength(16);
    expect(runs).toEqual([4]); // two images, two sizes
    expect(seen.at(-1)).toEqual([48, 48]);
    expect(failures).toEqual(new Array(16).fill('missing.jpg'));
    for (const { point, records, metrics, failed } of swept.points) {
      const alone = await runStudy(study, model, { settings: point.settings });
      expect(records, point.name).toEqual(alone.records);
      expect([metrics, failed]).toEqual([alone.metrics, 1]);
    }
    expect(new Set(swept.points.map(({ metrics }) => metrics.objects)).size).toBeGreaterThan(4);
  });

  test('over options of the study too, each choice of them a pass of its own', async () => {
    runs.length = 0;
    const swept = await runStudy(study, counted, {
      sweep: { least: [0, 500], conf: [0.1, 0.3], rule: ['all', 'first'] },
    });
    expect(runs).toEqual([2, 2, 2, 2]);
    expect(swept.points.map(({ point }) => point.name).slice(0, 3)).toEqual([
      'least=0,conf=0.1,rule=all',
      'least=0,conf=0.1,rule=first',
      'least=0,conf=0.3,rule=all',
    ]);
    for (const { point, records } of swept.points) {
      const alone = await runStudy(study, model, { settings: point.settings, options: point.options });
      expect(records, point.name).toEqual(alone.records);
    }
  });

  test('is a table and CSV with all figures', async () => {
    const { table, csv, points } = await runStudy(study, model, { sweep: { conf: [0.1, 0.99] }, resamples: 20 });
    expect(table.columns).toEqual(['objects, all', 'mean area']);
    expect(table.rows.map(({ name }) => name)).toEqual(['conf=0.1', 'conf=0.99']);
    const area = points[0].metrics.area;
    expect(csv).toBe(`conf,images,failed,objects,area\n0.1,2,1,${points[0].metrics.objects},${area}\n0.99,2,1,0,\n`);
    expect(points[0].intervals?.map(({ metric }) => metric)).toEqual(['objects', 'area']);
    const odd = tabulate(study, [{ ...points[0], point: { ...points[0].point, values: { rule: 'a "b", c' } } }]);
    expect(odd.csv.split('\n')[1]).toMatch(/^"a ""b"", c",2,1,/);
  });

  test('of a segmenter without a cache has the same records', async () => {
    const plain: Segmenter = {
      info: model.info,
      segment: (image, options) => model.segment(image, options),
      stream: (inputs, options) => model.stream(inputs, options),
    };
    const sweep = { conf: [0.1, 0.3] };
    const records = async (segmenter: Segmenter) =>
      (await runStudy(study, segmenter, { sweep })).points.map((point) => point.records);
    expect(await records(plain)).toEqual(await records(model));
  });

  test.each([
    [{}, 'got no name'],
    [{ colour: [1] }, 'sweep: got "colour", expected one of imgsz, conf'],
    [{ conf: [] }, 'conf: got no value'],
    [{ conf: 0.1 }, 'conf: got no list'],
    [{ conf: [0.1, 2] }, 'conf: got 2, expected a number from 0 to 1'],
    [{ conf: [0.1, 0.1] }, 'conf: got a value twice'],
    [{ rule: ['none'] }, "rule: got 'none'"],
    [{ conf: range(101), iou: range(101) }, 'combinations or more, expected at most 10000'],
  ])('%j is refused', async (sweep, message) => {
    await expect(runStudy(study, model, { sweep: sweep as Sweep })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message) as string,
    });
  });
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i / count);
}

describe('the texts of --sweep', () => {
  test.each([
    [['conf=0.1:0.5:0.05'], { conf: [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5] }],
    [['max-det=10,300', 'maxDet=1'], 'maxDet twice'],
    [['max-det=10,300'], { maxDet: [10, 300] }],
    [['imgsz=320,640', 'rule=all,first'], { imgsz: [320, 640], rule: ['all', 'first'] }],
    [['retinaMasks=true,false'], { retinaMasks: [true, false] }],
    [['least=0:2:1'], { least: [0, 1, 2] }],
    [['conf=0.5:0.1:0.1'], 'expected FROM:TO:STEP'],
    [['conf=0:1'], 'expected FROM:TO:STEP'],
    [['conf=0:1:0'], 'expected FROM:TO:STEP'],
    [['conf=0:1:1e-9'], 'at most 10000'],
    [['conf'], 'expected NAME=VALUES'],
    [['conf='], 'expected NAME=VALUES'],
    [['conf=a'], '--sweep conf: got NaN'],
    [['conf=0,2'], '--sweep conf: got 2, expected a number from 0 to 1'],
    [['least=0.5'], '--sweep least: got 0.5'],
    [['colour=1'], 'got colour, expected one of'],
    [['retinaMasks=yes'], 'expected true or false'],
  ])('%j', (texts, expected) => {
    if (typeof expected === 'string') {
      expect(() => parseSweep(study, texts)).toThrow(expected);
    } else {
      expect(parseSweep(study, texts)).toEqual(expected);
      expect(sweepPoints(study, parseSweep(study, texts)).length).toBeGreaterThan(0);
    }
  });
});
