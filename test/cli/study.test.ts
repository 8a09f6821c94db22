import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { reasonOf } from '../../src/cli/modules.js';
import { fastsam, fastsamHere } from '../support/cli.js';
import { repository } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const annotations = join(folder, 'annotations.json');
const images = repository('test/golden/scenes');
const sizes = {
  'astronaut.jpg': [512, 512],
  'coffee.jpg': [600, 400],
  'coins.png': [384, 303],
  'rocket.jpg': [640, 427],
};
const names = Object.keys(sizes);
const study = (...more: string[]) => ['study', 'proposals', annotations, images, '--device', 'wasm', ...more];
const lines = (run: string) => readFileSync(join(folder, run, 'records.jsonl'), 'utf8').split('\n');

beforeAll(() => {
  const data = {
    images: Object.entries(sizes).map(([file_name, [width, height]], id) => ({ id, file_name, width, height })),
    annotations: names.map((_, id) => ({
      id,
      image_id: id,
      category_id: 1,
      bbox: [100, 50, 200, 200],
      area: 40_000,
      iscrowd: 0,
      segmentation: [[100, 50, 300, 50, 300, 250, 100, 250]],
    })),
    categories: [{ id: 1, name: 'thing' }],
  };
  writeFileSync(annotations, JSON.stringify(data));
});

describe('fastsam study', () => {
  test('writes records, summary, tables and a sheet, and prints the tables', async () => {
    const run = await fastsam(study('--kind', 'boxes', '--cases', '1', '--out', join(folder, 'whole')));
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('FastSAM-x (paper)');
    expect(run.stdout).toContain('demo, 4 images');
    expect(run.stderr).toContain('4 images -> ');
    for (const file of ['summary.json', 'summary.md', 'cases.png']) {
      expect(existsSync(join(folder, 'whole', file)), file).toBe(true);
    }
    expect(lines('whole')).toHaveLength(1 + names.length + 1);
  });

  test('goes on where a killed run ended, and comes to the same records', async () => {
    const out = join(folder, 'killed');
    const records = join(out, 'records.jsonl');
    const killed = await fastsam(study('--kind', 'boxes', '--cases', '0', '--out', out), {
      watch: (child) => {
        const timer = setInterval(() => {
          if (!existsSync(records) || readFileSync(records, 'utf8').split('\n').length < 3) return;
          clearInterval(timer);
          child.kill('SIGKILL');
        }, 5);
        child.on('close', () => {
          clearInterval(timer);
        });
      },
    });
    const before = lines('killed');
    expect(['SIGKILL', 0]).toContain(killed.code); // it may have been faster than the hand that kills
    appendFileSync(records, '{"key":"3","prop');
    const refused = await fastsam(study('--kind', 'boxes', '--out', out));
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--resume');
    const run = await fastsam(study('--kind', 'boxes', '--cases', '0', '--out', out, '--resume', '--json'));
    expect(run.code).toBe(0);
    expect(lines('killed')).toEqual(lines('whole'));
    expect(lines('killed').slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    const summary = JSON.parse(run.stdout) as { metrics: Record<string, number> };
    const whole = JSON.parse(readFileSync(join(folder, 'whole', 'summary.json'), 'utf8')) as typeof summary;
    expect(summary.metrics).toEqual(whole.metrics);
  });

  test('names the setting in which a run differs that is to be resumed', async () => {
    const run = await fastsam(study('--kind', 'boxes', '--conf', '0.5', '--out', join(folder, 'whole'), '--resume'));
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('got records of another run: settings');
  });

  test('measures the other images when one is missing, and says so', async () => {
    const data = JSON.parse(readFileSync(annotations, 'utf8')) as { images: { file_name: string }[] };
    data.images[1].file_name = 'absent.jpg';
    const other = join(folder, 'missing.json');
    writeFileSync(other, JSON.stringify(data));
    const args = study('--kind', 'boxes', '--cases', '0', '--out', join(folder, 'missing'));
    const run = await fastsam(args.map((arg) => (arg === annotations ? other : arg)));
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('absent.jpg');
    expect(run.stderr).toContain('3 images, 1 failed');
  });

  test('compares two runs, each difference with its interval', async () => {
    await fastsam(study('--kind', 'boxes', '--cases', '0', '--conf', '0.3', '--out', join(folder, 'other')));
    const [a, b] = ['whole', 'other'].map((name) => join(folder, name));
    const run = await fastsamHere(['study', 'compare', a, b, '--resamples', '50'], folder);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('95 % interval');
    const json = await fastsamHere(['study', 'compare', a, join(b, 'summary.json'), '--json'], folder);
    const report = JSON.parse(json.stdout) as { images: number; comparisons: Record<string, number | null>[] };
    expect(report.images).toBe(4);
    for (const { difference, low, high, a: first, b: second } of report.comparisons) {
      if (difference === null || first === null || second === null) continue;
      expect(difference).toBeCloseTo(second - first, 12);
      expect(low).toBeLessThanOrEqual(high ?? NaN);
    }
    const same = await fastsamHere(['study', 'compare', a, a, '--json'], folder);
    const equal = (JSON.parse(same.stdout) as typeof report).comparisons.filter(
      ({ difference }) => difference !== null,
    );
    expect(equal.every(({ low, high }) => low === 0 && high === 0)).toBe(true);
  });

  test('refuses to compare runs on other data, and what is no run', async () => {
    const [a, b] = ['whole', 'missing'].map((name) => join(folder, name));
    expect((await fastsamHere(['study', 'compare', a, b], folder)).stderr).toContain('got other data');
    mkdirSync(join(folder, 'empty'));
    const none = await fastsamHere(['study', 'compare', a, join(folder, 'empty')], folder);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('got no records');
  });

  test('ends with the reason where no image can be measured', async () => {
    const wrong = join(folder, 'wrong.json');
    writeFileSync(wrong, readFileSync(annotations, 'utf8').replace(/"width":\d+/g, '"width":99'));
    const run = await fastsam([
      'study',
      'proposals',
      wrong,
      images,
      '--device',
      'wasm',
      '--kind',
      'boxes',
      '--out',
      join(folder, 'none'),
    ]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/study proposals: none of 4 images could be measured; the first: .*expected 99 x 512/);
  });

  test('says what is wrong with data that is none', async () => {
    const run = await fastsamHere(['study', 'edges', images], folder);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('got no folder that can be read');
    const json = await fastsamHere(['study', 'proposals', join(images, 'coffee.jpg'), images], folder);
    expect(json.code).toBe(2);
    expect(json.stderr).toContain('coffee.jpg: got no JSON');
    expect((await fastsamHere(['study', 'nothing'], folder)).code).toBe(2);
  });
});

describe('what else a run gives', () => {
  const object = { image_id: expect.any(Number) as number, category_id: 1, score: expect.any(Number) as number };
  interface Summary {
    readonly metrics: Record<string, number | null>;
    readonly intervals?: { metric: string; value: number | null; low: number | null; high: number | null }[];
    readonly header: { identity: Record<string, unknown>; environment: Record<string, string> };
  }
  const summaryOf = (...path: string[]) =>
    JSON.parse(readFileSync(join(folder, ...path, 'summary.json'), 'utf8')) as Summary;
  const small = ['--imgsz', '64', '--cases', '0', '--kind', 'boxes'];

  test('an interval for each figure, COCO results, and what the figures depend on', async () => {
    const out = join(folder, 'more');
    const predictions = join(folder, 'predictions');
    const args = study(...small, '--out', out, '--resamples', '200', '--predictions', predictions);
    const run = await fastsam([...args, '--limit', '2']);
    expect(run.code, run.stderr).toBe(0);
    const resultsOf = () =>
      JSON.parse(readFileSync(join(predictions, 'predictions.json'), 'utf8')) as {
        image_id: number;
        bbox: number[];
        segmentation: { size: number[]; counts: string };
      }[];
    const two = resultsOf();
    expect(two[0]).toMatchObject(object);
    expect(two[0].bbox).toHaveLength(4);
    expect(two[0].segmentation.size).toHaveLength(2);
    expect(two[0].segmentation.counts).toMatch(/^\S+$/);
    appendFileSync(join(predictions, 'predictions.jsonl'), '{"key":"3","obj'); // as a killed run leaves it
    const rest = await fastsam([...args, '--resume']);
    expect(rest.code, rest.stderr).toBe(0);
    const all = resultsOf();
    expect(all.slice(0, two.length)).toEqual(two);
    expect(new Set(all.map(({ image_id }) => image_id))).toEqual(new Set([0, 1, 2, 3]));
    const { intervals = [], metrics, header } = summaryOf('more');
    expect(Object.fromEntries(intervals.map(({ metric, value }) => [metric, value]))).toEqual(metrics);
    const recall = intervals.find(({ metric }) => metric === 'boxes AUC all');
    expect(recall?.low).toBeLessThanOrEqual(recall?.value ?? -1);
    expect(recall?.high).toBeGreaterThanOrEqual(recall?.value ?? 2);
    expect(readFileSync(join(out, 'summary.md'), 'utf8')).toContain('95 % intervals, 4 images');
    expect(header.identity).toMatchObject({
      weights: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      device: 'wasm',
      precision: 'fp32',
      wasmThreads: expect.any(Number) as number,
      versions: { 'fastsam-tfjs': expect.any(String) as string, tfjs: '4.22.0', sharp: expect.any(String) as string },
    });
    expect(header.environment).toMatchObject({ node: process.version });
  });

  test('a sweep: a run for each setting, a table, CSV; it goes on, and equals a run of its own', async () => {
    const out = join(folder, 'sweep');
    const args = study(...small, '--sweep', 'conf=0.101:0.201:0.1', '--sweep', 'max-det=3,100', '--out', out);
    const first = await fastsamHere([...args, '--limit', '2', '--predictions', join(folder, 'swept')], folder);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toContain('4 settings -> ');
    const again = await fastsamHere(args, folder);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--resume')]);
    const run = await fastsamHere([...args, '--resume', '--json'], folder);
    expect(run.code, run.stderr).toBe(0);
    const csv = readFileSync(join(out, 'sweep.csv'), 'utf8').trim().split('\n');
    expect(csv).toHaveLength(5);
    expect(csv[0]).toMatch(/^conf,maxDet,images,failed,boxes AR@1 all,/);
    expect(csv[1]).toMatch(/^0\.101,3,4,0,/);
    expect(readFileSync(join(out, 'sweep.md'), 'utf8')).toContain('conf=0.201,maxDet=100');
    expect(existsSync(join(folder, 'swept', 'conf=0.101,maxDet=3', 'predictions.json'))).toBe(true);
    const alone = await fastsamHere(
      study(...small, '--conf', '0.101', '--max-det', '3', '--out', join(folder, 'alone')),
      folder,
    );
    expect(alone.code, alone.stderr).toBe(0);
    const point = join('sweep', 'conf=0.101,maxDet=3');
    expect(lines(point)).toEqual(lines('alone'));
    expect(summaryOf(point).metrics).toEqual(summaryOf('alone').metrics);
    const compared = await fastsamHere(
      ['study', 'compare', join(out, 'conf=0.201,maxDet=3'), join(folder, 'alone')],
      folder,
    );
    expect(compared.code, compared.stderr).toBe(0);
  });

  test.each([
    [['--sweep', 'conf=0.1,0.2', '--conf', '0.3'], 'got conf, which is given by itself too'],
    [['--sweep', 'colour=1'], 'got colour, expected one of'],
    [['--sweep', 'conf=0.1:0.2'], 'expected FROM:TO:STEP'],
  ])('%j is refused', async (more, message) => {
    const run = await fastsamHere(study(...small, ...more, '--out', join(folder, 'refused')), folder);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });

  test('a file without a path is no study', async () => {
    const run = await fastsamHere(['study', 'mine.mjs', 'data'], folder);
    expect([run.code, run.stderr]).toEqual([
      2,
      'fastsam: mine.mjs: got the name of a file, expected its path; write ./mine.mjs\n',
    ]);
  });
});

test.each([
  [
    'ERR_UNKNOWN_FILE_EXTENSION',
    'Unknown file extension ".ts" for /a/b.ts',
    /^Node\.js v\S+ does not run TypeScript; use/,
  ],
  ['ERR_UNKNOWN_FILE_EXTENSION', 'Unknown file extension ".py" for /a/b.py', /^Unknown file extension ".py"/],
  ['ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'enum is not supported', /^Node\.js only strips types; write it without enum/],
  [undefined, 'line one\nline two', /^line one$/],
])('why a module did not load: %s', (code, message, expected) => {
  expect(reasonOf(Object.assign(new Error(message), { code }))).toMatch(expected);
});
