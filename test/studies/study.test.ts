import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import '../../src/index.js';
import { Journal } from '../../src/cli/study/journal.js';
import { FastSAMError } from '../../src/errors.js';
import { evaluateProposals } from '../../src/evaluate/coco/proposals.js';
import { countFound, recallOf } from '../../src/evaluate/coco/proposalCounts.js';
import { COCO_AREAS, type CocoDetection, type CocoTruth } from '../../src/evaluate/coco/types.js';
import { pairedBootstrap, percentile } from '../../src/studies/bootstrap.js';
import { extremeCases } from '../../src/studies/cases.js';
import { randomSource } from '../../src/geometry/random.js';
import { sampleIndices } from '../../src/evaluate/statistics/random.js';
import { readRun, type RunHeader } from '../../src/studies/records.js';
import { chooseItems, measureItems, summariseRecords } from '../../src/studies/measure.js';
import { formatTable } from '../../src/studies/table.js';
import type { OpenedStudy, Study, StudyItem, StudyRecord } from '../../src/studies/study.js';
import type { Results } from '../../src/results/results.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();

const header = (changes: Record<string, unknown> = {}): RunHeader => {
  const identity = { weights: 'abc', settings: { conf: 0.1 }, ...changes };
  return {
    format: 'fastsam-study',
    version: 1,
    study: 'made-up',
    model: 'm',
    identity,
    hash: JSON.stringify(identity),
  };
};

interface Count extends StudyRecord {
  readonly hits: number;
  readonly all: number;
}

describe('the choice of images', () => {
  const items = Array.from({ length: 50 }, (_, i) => ({ key: `p${i}`, image: `p${i}.jpg` }));

  test('is the same for the same seed, in the order of the data, without repetition', () => {
    const drawn = chooseItems(items, { subset: 20, seed: 7 });
    expect(drawn).toEqual(chooseItems(items, { subset: 20, seed: 7 }));
    expect(drawn).not.toEqual(chooseItems(items, { subset: 20, seed: 8 }));
    expect(new Set(drawn).size).toBe(20);
    expect(drawn).toEqual(items.filter((item) => drawn.includes(item)));
    expect(chooseItems(items, { subset: 20, seed: 7, limit: 3 })).toEqual(drawn.slice(0, 3));
    expect(chooseItems(items, { subset: 999, seed: 7 })).toEqual(items);
  });

  test('draws every image equally often', () => {
    const counts = new Int32Array(10);
    for (let seed = 0; seed < 4000; seed++) for (const i of sampleIndices(10, 3, seed)) counts[i]++;
    for (const count of counts) expect(Math.abs(count - 1200)).toBeLessThan(150); // five standard deviations
  });

  test('refuses no images and two of one name', () => {
    expect(() => chooseItems([], { seed: 1 })).toThrow('got no images');
    expect(() => chooseItems([items[0], items[0]], { seed: 1 })).toThrow('two images called "p0"');
  });
});

describe('a run', () => {
  /** A model that finds nothing and notes what it was asked. */
  function modelOf(asked: unknown[], failing: readonly string[] = []) {
    return {
      segment: () => Promise.reject(new Error('not used')),
      async *stream(inputs: Iterable<unknown>) {
        let index = 0;
        for (const input of inputs) {
          asked.push(input);
          await Promise.resolve();
          yield failing.includes(String(input))
            ? { index: index++, input, error: new FastSAMError('INVALID_IMAGE', 'broken') }
            : { index: index++, input, results: { image: input } as unknown as Results };
        }
      },
    } as unknown as Parameters<typeof measureItems>[2]['model'];
  }
  const items: StudyItem[] = ['a', 'b', 'c', 'd'].map((key) => ({ key, image: `${key}.jpg` }));
  const opened: OpenedStudy<Count> = {
    items,
    fingerprint: '',
    measure: ({ key }) => ({ key, hits: key.charCodeAt(0), all: 100 }),
  };

  test('measures what has no record, and gives all records in the order of the data', async () => {
    const asked: unknown[] = [];
    const kept: StudyRecord[] = [];
    const records = await measureItems(opened, items, {
      model: modelOf(asked),
      settings: {},
      done: new Map([['c', { key: 'c', hits: 1, all: 2 }]]),
      keep: (record) => Promise.resolve(void kept.push(record)),
      onFailure: () => expect.unreachable(),
    });
    expect(asked).toEqual(['a.jpg', 'b.jpg', 'd.jpg']);
    expect(kept.map(({ key }) => key)).toEqual(['a', 'b', 'd']);
    expect(records.map(({ key, hits }) => [key, hits])).toEqual([
      ['a', 97],
      ['b', 98],
      ['c', 1],
      ['d', 100],
    ]);
  });

  test('goes on after an image that fails, and keeps no record of it', async () => {
    const failures: string[] = [];
    const kept: string[] = [];
    const measure = ({ key }: StudyItem): Count => {
      if (key === 'c') throw new FastSAMError('INVALID_ARGUMENT', 'c: broken ground truth');
      return { key, hits: 0, all: 1 };
    };
    await measureItems({ ...opened, measure }, items, {
      model: modelOf([], ['b.jpg']),
      settings: {},
      done: new Map(),
      keep: ({ key }) => Promise.resolve(void kept.push(key)),
      onFailure: ({ key }, { code }) => failures.push(`${key} ${code}`),
    });
    expect(kept).toEqual(['a', 'd']);
    expect(failures).toEqual(['b INVALID_IMAGE', 'c INVALID_ARGUMENT']);
  });
});

describe('the file of records', () => {
  const path = join(folder, 'records.jsonl');
  const record = (key: string): StudyRecord => ({ key });
  const recordLine = (value: object) => `${JSON.stringify(value)}\n`;

  test('is taken up after a run that was killed in the middle of a line', async () => {
    const first = await Journal.open(path, header(), 'refuse');
    await first.add(record('a'));
    await first.add(record('b'));
    await first.close();
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"key":"c","hi`);
    const second = await Journal.open(path, header(), 'resume');
    expect([...second.done.keys()]).toEqual(['a', 'b']);
    await second.add(record('c'));
    await second.close();
    expect(readFileSync(path, 'utf8')).toBe(
      [recordLine(header()), ...['a', 'b', 'c'].map((key) => recordLine(record(key)))].join(''),
    );
  });

  test('is left alone unless asked', async () => {
    const before = readFileSync(path, 'utf8');
    await expect(Journal.open(path, header(), 'refuse')).rejects.toThrow('go on with --resume');
    await expect(Journal.open(path, header({ settings: { conf: 0.4 } }), 'resume')).rejects.toThrow(
      'settings {"conf":0.1}, expected {"conf":0.4} as requested now',
    );
    await expect(Journal.open(path, { ...header(), study: 'other' }, 'resume')).rejects.toThrow('study made-up');
    expect(readFileSync(path, 'utf8')).toBe(before);
    const anew = await Journal.open(path, header({ weights: 'x' }), 'overwrite');
    await anew.close();
    expect(readFileSync(path, 'utf8')).toBe(recordLine(header({ weights: 'x' })));
  });

  test('starts anew where not even the header was written', async () => {
    writeFileSync(path, '{"format":"fasts');
    const journal = await Journal.open(path, header(), 'resume');
    await journal.close();
    expect(readFileSync(path, 'utf8')).toBe(recordLine(header()));
  });

  test('names what is wrong with other files, whatever they hold', () => {
    const read = (text: string) => readRun(new TextEncoder().encode(text), 'x');
    expect(() => read('hello\n')).toThrow('x: line 1: got no JSON');
    expect(() => read('{}\n')).toThrow('x: got a file without the header of a study');
    expect(() => read(`${recordLine(header())}{"k":1}\n`)).toThrow('line 2: got no "key"');
    expect(() => read(`${recordLine(header())}{"ke\n{"key":"a"}\n`)).toThrow('line 2: got no JSON');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readRun(bytes, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(FastSAMError);
        }
      }),
    );
  });

  test('with records of another form ends in one error', () => {
    const study = { name: 's', summarise: (records: { list: number[] }[]) => ({ n: records[0].list.length }) };
    expect(() => summariseRecords(study as unknown as Study, [{ key: 'a' }], {})).toThrow('the records are damaged');
  });
});

describe('the paired bootstrap', () => {
  const run = (hits: readonly number[], all: readonly number[]): Count[] =>
    hits.map((n, i) => ({ key: String(i), hits: n, all: all[i] }));
  const rate = (records: readonly Count[]) => {
    const all = records.reduce((sum, record) => sum + record.all, 0);
    return { rate: all === 0 ? null : records.reduce((sum, record) => sum + record.hits, 0) / all };
  };

  test('gives a constant difference an interval of that difference alone', () => {
    const random = randomSource(3);
    const a = Array.from({ length: 30 }, () => Math.floor(random() * 50));
    const [{ difference, low, high, resamples }] = pairedBootstrap(
      run(
        a,
        a.map(() => 100),
      ),
      run(
        a.map((n) => n + 5),
        a.map(() => 100),
      ),
      rate,
      { resamples: 200 },
    );
    for (const value of [difference, low, high]) expect(value).toBeCloseTo(0.05, 12);
    expect(resamples).toBe(200);
  });

  test('computes sums anew in each resample: an image with many objects weighs more', () => {
    const a = run([0, 0], [1, 99]);
    const b = run([1, 0], [1, 99]);
    const [{ difference, low, high }] = pairedBootstrap(a, b, rate, { resamples: 4000 });
    expect(difference).toBe(0.01); // a mean of the images' own rates would say 0.5
    // One quarter of the resamples holds the small image twice, one quarter never.
    expect([low, high]).toEqual([0, 1]);
  });

  test('has an interval as wide as the normal approximation says, and the same for the same seed', () => {
    const random = randomSource(11);
    const n = 400;
    const deltas = Array.from({ length: n }, () => random() - 0.3);
    const a = run(new Array<number>(n).fill(0), new Array<number>(n).fill(1));
    const b = run(deltas, new Array<number>(n).fill(1));
    const [found] = pairedBootstrap(a, b, rate, { resamples: 3000, seed: 5 });
    const mean = deltas.reduce((sum, d) => sum + d, 0) / n;
    const error = Math.sqrt(deltas.reduce((sum, d) => sum + (d - mean) ** 2, 0) / n / n);
    expect(found.difference).toBeCloseTo(mean, 12);
    expect((found.low ?? 0) - mean).toBeCloseTo(-1.96 * error, 2);
    expect((found.high ?? 0) - mean).toBeCloseTo(1.96 * error, 2);
    expect(pairedBootstrap(a, b, rate, { resamples: 3000, seed: 5 })).toEqual([found]);
  });

  test('leaves out resamples without the figure, and refuses runs that do not pair', () => {
    const a = run([1, 0], [1, 0]);
    const [{ resamples }] = pairedBootstrap(a, a, rate, { resamples: 1000 });
    expect(resamples).toBeGreaterThan(650);
    expect(resamples).toBeLessThan(850); // a quarter holds the empty image only
    expect(() => pairedBootstrap(a, [...a].reverse(), rate)).toThrow('images in common');
    expect(() => pairedBootstrap([], [], rate)).toThrow('images in common');
  });

  test("interpolates percentiles as numpy's default does", () => {
    expect(percentile(Float64Array.of(1, 2, 4), 0.25)).toBe(1.5);
    expect(percentile(Float64Array.of(1, 2, 4), 1)).toBe(4);
    expect(percentile(new Float64Array(0), 0.5)).toBeNull();
  });
});

describe('best and worst cases', () => {
  test('are the ends of the ranking, none twice, none without a quality', () => {
    const records = [3, 1, null, 2, 5].map((value, i) => ({ key: `k${i}`, value }));
    const cases = (count: number) =>
      extremeCases(records, ({ value }) => value, count).map(({ record, kind }) => `${kind} ${record.key}`);
    expect(cases(1)).toEqual(['best k4', 'worst k1']);
    expect(cases(9)).toEqual(['best k4', 'best k0', 'worst k3', 'worst k1']);
    expect(cases(0)).toEqual([]);
  });
});

describe('tables', () => {
  test('are Markdown with aligned numbers', () => {
    const table = {
      title: 'T',
      columns: ['x', 'long name'],
      rows: [
        { name: 'a', values: [0.5, null] },
        { name: 'bb', values: [12, 'text'] },
      ],
      note: 'N',
    };
    expect(formatTable(table).split('\n')).toEqual([
      '**T**',
      '',
      '|     |     x | long name |',
      '| --- | ----: | --------: |',
      '| a   | 0.500 |         – |',
      '| bb  |    12 |      text |',
      '',
      'N',
    ]);
  });
});

describe('counts of proposals', () => {
  test('add up to the recall of the COCO evaluation, over any images', () => {
    const number = fc.integer({ min: 0, max: 90 });
    const box = fc.tuple(number, number, fc.integer({ min: 1, max: 110 }), fc.integer({ min: 1, max: 110 }));
    const truth = fc.record({ bbox: box, iscrowd: fc.constantFrom(0, 0, 0, 1) });
    const proposal = fc.record({ bbox: box, score: fc.integer({ min: 0, max: 5 }) });
    const image = fc.record({
      truths: fc.array(truth, { maxLength: 6 }),
      proposals: fc.array(proposal, { maxLength: 30 }),
    });
    fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 4 }), (cases) => {
        const truths = cases.map((each, i) =>
          each.truths.map(({ bbox, iscrowd }): CocoTruth => ({
            image_id: i,
            category_id: 1,
            bbox,
            iscrowd,
            area: bbox[2] * bbox[3],
          })),
        );
        const proposals = cases.map((each, i) =>
          each.proposals.map((p): CocoDetection => ({ ...p, image_id: i, category_id: 1 })),
        );
        const images = cases.map((_, id) => ({ id, width: 200, height: 200 }));
        const categories = [{ id: 1 }];
        const expected = evaluateProposals(
          { images, annotations: truths.flat(), categories },
          proposals.flat(),
          'boxes',
        );
        const found = recallOf(truths.map((list, i) => countFound(proposals[i], list, 'boxes', 200, 200)));
        COCO_AREAS.forEach(({ name }, a) => {
          const recalls = expected.rows.map(({ recall }) => recall[name]);
          expect(found.recall[a].map((value) => value ?? -1)).toBeAllclose(recalls, { atol: 5e-13 });
          expect(found.auc[a] ?? -1).toBeCloseTo(expected.auc[name], 12);
        });
      }),
      { numRuns: 200 },
    );
  });
});
