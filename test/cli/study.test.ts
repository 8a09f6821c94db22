import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
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
