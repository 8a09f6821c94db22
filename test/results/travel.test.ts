/** Results that travel: as messages to another thread, and through JSON and back. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Results } from '../../src/results/results.js';
import { Results as ResultsClass } from '../../src/results/results.js';
import { packResults, unpackResults, type PackedResults } from '../../src/results/pack.js';
import type { ResultsJson } from '../../src/formats/json.js';
import type { ResultsData } from '../../src/record/record.js';
import type { PromptKind } from '../../src/prompt/kinds/kind.js';
import { packMasks, unpackMasks } from '../../src/mask/pack.js';
import { randomMasks, rectMask } from '../support/masks.js';
import { goldenCases, goldenResults, resultsOf } from '../support/results.js';
import { uniform } from '../support/random.js';

const WIDTH = 40;
const HEIGHT = 24;

/** Results that have everything there is. */
function everything(changes: Partial<ResultsData> = {}): Results {
  const masks = [
    rectMask(WIDTH, HEIGHT, [0, 0, 40, 24]),
    rectMask(WIDTH, HEIGHT, [3, 4, 37, 9]),
    rectMask(WIDTH, HEIGHT, [5, 5, 6, 6]),
  ];
  const noise = uniform(3, WIDTH * HEIGHT * 3);
  return resultsOf(masks, {
    image: {
      data: Uint8Array.from(noise, (value) => 128 + 100 * value),
      width: WIDTH,
      height: HEIGHT,
      path: 'a.tif',
      frames: 3,
      window: { rule: 'range', low: 3, high: 900, bits: 16 },
    },
    boxes: Float32Array.of(0, 0, 40, 24, 3.25, 4, 37, 9, 5, 5, 6, 6.125),
    classes: Int32Array.of(16, 0, 16),
    names: { 0: 'person', 16: 'dog' },
    ids: Int32Array.of(7, 2, 0),
    trackIds: Int32Array.of(1, 5, 2),
    anchors: Int32Array.of(0, 3, 20),
    strides: [8, 16, 32],
    frame: { index: 12, time: 0.48 },
    maskInputs: {
      prototypes: uniform(5, 8 * 8 * 2),
      height: 8,
      width: 8,
      coefficients: uniform(6, 6),
      crops: Float32Array.of(0, 0, 40, 24, 3, 4, 37, 9, 5, 5, 6, 6),
      threshold: 0.25,
    },
    matches: [{ kind: 'box', index: 0, objects: [0, 1], iou: 0.5 }],
    promptRecord: { boxes: [[0, 0, 40, 24]] },
    imgsz: [32, 64],
    edited: ['model.9'],
    ...changes,
  });
}

/** Columns of results that a comparison sees. */
const columnsOf = (results: Results): unknown => structuredClone(Object.fromEntries(Object.entries(results)));

/** A thread that sends back what it gets. */
async function throughThread(data: PackedResults, transfer: ArrayBuffer[]): Promise<PackedResults> {
  const program =
    "const { parentPort: port } = require('node:worker_threads'); port.once('message', (m) => port.postMessage(m));";
  const worker = new Worker(program, { eval: true });
  worker.postMessage(data, transfer);
  const [answer] = (await once(worker, 'message')) as [PackedResults];
  await worker.terminate();
  return answer;
}

describe('a structured clone of results', () => {
  const textModel = { use: () => Promise.reject(new Error('not called')) };
  const promptKind: PromptKind<number> = {
    name: 'own',
    parse: (n) => n,
    select: () => ({ indices: [0], matches: [] }),
    record: () => ({}),
  };

  test('does not throw, with encoders and a prompt kind of functions', () => {
    const results = everything({ textModel }).promptWith(promptKind, 1);
    expect(results.textModel).toBe(textModel);
    expect(results.promptKind).toBe(promptKind);
    const clone = structuredClone(results);
    expect(clone.boxes.xyxy).toEqual(results.boxes.xyxy);
    expect(clone.masks.list[0].words).toEqual(results.masks.list[0].words);
    expect(clone).not.toHaveProperty('textModel');
  });

  test('keeps encoders and kind through filters, which a clone lacks', () => {
    const results = everything({ textModel })
      .promptWith(promptKind, 1)
      .filter(() => true);
    expect(results.textModel).toBe(textModel);
    expect(results.promptKind).toBe(promptKind);
  });
});

describe('packed results', () => {
  test('go to a thread and back whole, without a copy left behind', async () => {
    const results = everything();
    const before = columnsOf(results);
    const { data, transfer } = packResults(results);
    const answer = await throughThread(data, transfer);
    expect(data.boxes).toHaveLength(0); // moved, not copied
    expect(transfer.map((buffer) => buffer.byteLength)).toEqual(transfer.map(() => 0));
    const copy = unpackResults(answer);
    expect(columnsOf(results)).toEqual(before);
    expect(columnsOf(copy)).toEqual(before);
  });

  test('do on the other side what they do here', async () => {
    const results = everything();
    const { data, transfer } = packResults(results);
    const copy = unpackResults(structuredClone(data, { transfer }));
    expect(copy.toJSON()).toEqual(results.toJSON());
    expect(copy.toCoco()).toEqual(results.toCoco());
    expect(copy.plot({ labels: true }).data).toEqual(results.plot({ labels: true }).data);
    expect(copy.labelMap()).toEqual(results.labelMap());
    expect(copy.logits(1).data).toEqual(results.logits(1).data);
    expect([...copy].map((object) => object.anchor)).toEqual([...results].map((object) => object.anchor));
    const prompt = { points: [[5.5, 5.5]], pick: 'smallest' } as const;
    expect(copy.prompt(prompt).toJSON()).toEqual(results.prompt(prompt).toJSON());
    await expect(copy.promptText('x')).rejects.toThrow('clip: got none');
  });

  test('have buffers of their own, also where results look into larger ones', () => {
    const large = new Float32Array(1000);
    const results = everything({ boxes: large.subarray(100, 112) });
    const { data, transfer } = packResults(results);
    expect(data.boxes.buffer.byteLength).toBe(48);
    expect(new Set(transfer).size).toBe(transfer.length);
    expect(transfer).not.toContain(large.buffer);
    // Every typed array of the data is in the list: a clone that moves them leaves none behind.
    structuredClone(data, { transfer });
    const left = JSON.stringify(data, (_, value: unknown) => (ArrayBuffer.isView(value) ? value.byteLength : value));
    expect(left).not.toMatch(/"(data|words|windows|boxes|scores|prototypes|coefficients|crops)":[1-9]/);
  });

  test('leave out what is not wanted', () => {
    const results = everything();
    const { data } = packResults(results, { image: false, prototypes: false });
    expect(data.maskInputs).toBeUndefined();
    const bare = unpackResults(structuredClone(data));
    expect(bare.toJSON()).toEqual(results.toJSON());
    expect(bare.labelMap()).toEqual(results.labelMap());
    expect(() => bare.plot()).toThrow(/drawing: got results whose image has no pixels.*results\.with/);
    expect(() => bare.cutout(0)).toThrow('cut-out: got results whose image has no pixels');
    const { image } = results;
    expect(bare.with({ image }).plot().data).toEqual(results.plot().data); // as the message advises
    const given = unpackResults(structuredClone(data), { image: { data: image.data, width: WIDTH, height: HEIGHT } });
    expect(given.plot().data).toEqual(results.plot().data);
    expect(given.image).toEqual(image);
  });

  test('of nothing found', () => {
    const none = everything().filter(() => false);
    expect(unpackResults(structuredClone(packResults(none).data)).toJSON()).toEqual(none.toJSON());
  });

  test('refuse what is none', () => {
    const { data, transfer } = packResults(everything());
    const wrong: [unknown, RegExp][] = [
      [undefined, /packed results: got undefined/],
      [{ ...data, version: 2 }, /version 2, expected fastsam-results, version 1/],
      [{ boxes: data.boxes }, /of kind undefined/],
      [{ ...data, boxes: [1] }, /boxes: got \[1\]/],
      [{ ...data, image: undefined }, /image: got undefined/],
      [{ ...data, ids: new Int32Array(1) }, /ids: got 1 entries, expected 3/],
      [{ ...data, masks: { windows: data.masks.windows, words: new Uint32Array(1) } }, /got 1 word,/],
      [
        { ...data, masks: { ...data.masks, windows: data.masks.windows.map((v) => -v) } },
        /expected one inside its grid/,
      ],
      [{ ...data, masks: null }, /packed masks: got null/],
    ];
    for (const [value, message] of wrong) {
      expect(() => unpackResults(value as PackedResults)).toThrow(message);
    }
    const small = { data: new Uint8Array(3), width: 1, height: 1 };
    expect(() => unpackResults(data, { image: small })).toThrow('image: got 1 x 1 pixels, expected the 40 x 24');
    structuredClone(data, { transfer });
    expect(() => unpackResults(data)).toThrow(/a transfer has emptied this data/);
    expect(() => packResults({} as never)).toThrow('packResults: got an object (Object), expected Results');
  });
});

describe('packed masks', () => {
  test('are the same masks in the same windows', () => {
    fc.assert(
      fc.property(fc.array(randomMasks([70, 33]), { maxLength: 5 }), (masks) => {
        const back = unpackMasks(structuredClone(packMasks(masks)));
        expect(back.map((mask) => [mask.x, mask.y, mask.width, mask.height])).toEqual(
          masks.map((mask) => [mask.x, mask.y, mask.width, mask.height]),
        );
        back.forEach((mask, i) => {
          expect(mask).toEqualMask(masks[i]);
        });
      }),
    );
  });
});

describe('JSON and back', () => {
  const reread = (results: Results): Results =>
    ResultsClass.fromJSON(JSON.parse(JSON.stringify(results)) as ResultsJson);

  test.each(goldenCases())('gives the same record again, to the last digit: $name', (golden) => {
    const results = goldenResults(golden);
    const copy = reread(results);
    expect(copy.toJSON()).toEqual(results.toJSON());
    expect(JSON.stringify(copy)).toBe(JSON.stringify(results));
    copy.masks.list.forEach((mask, i) => {
      expect(mask).toEqualMask(results.masks.list[i]);
    });
  });

  test('keeps path, frame, window, tracks, classes, ids and prompt', () => {
    const results = everything();
    expect(JSON.stringify(reread(results))).toBe(JSON.stringify(results));
    const dogs = results.filter((object) => object.class === 16);
    expect(JSON.stringify(reread(dogs))).toBe(JSON.stringify(dogs)); // one class left of a model of several
    const unnamed = results.with({ names: { 1: 'bus', 16: 'dog' } });
    expect(JSON.stringify(reread(unnamed))).toBe(JSON.stringify(unnamed));
    const none = results.filter(() => false);
    expect(JSON.stringify(reread(none))).toBe(JSON.stringify(none));
  });

  test('keeps how well texts fit', () => {
    const scores = (...values: [number, number, number][]) =>
      values.map(([id, cosine, probability]) => ({ id, cosine, probability }));
    const matches = [
      { kind: 'text', index: 0, objects: [1], scores: scores([7, 0.25, 0.5], [2, NaN, 0], [0, 0.125, 0.25]) },
      { kind: 'text', index: 1, objects: [0], scores: scores([7, 0.5, 0.75], [2, -0.5, 0.0625], [0, 0, 0]) },
    ];
    const results = everything({ matches, promptRecord: { texts: ['a', 'b'] } });
    const copy = reread(results);
    expect(JSON.stringify(copy)).toBe(JSON.stringify(results));
    expect(copy.matches[0].scores?.[1].cosine).toBeNaN();
    const one = everything({ matches: matches.slice(0, 1), promptRecord: { texts: ['a'] } });
    expect(reread(one).matches[0].objects).toEqual([0, 2, 1]);
  });

  test('holds for any scores and boxes of images up to 30,000 pixels wide', () => {
    fc.assert(
      fc.property(
        fc.float({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.float({ min: 0, max: 30_000, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (score, box) => {
          const results = everything()
            .select([0])
            .with({ scores: Float32Array.of(score), boxes: Float32Array.from(box) });
          expect(JSON.stringify(reread(results))).toBe(JSON.stringify(results));
        },
      ),
    );
  });

  test('reads the record of a reproducible file, which has no times', async () => {
    const { speed, ...record } = everything().toJSON();
    expect(speed).toBeDefined();
    expect(ResultsClass.fromJSON(record as ResultsJson).speed).toEqual({ preprocess: 0, inference: 0, postprocess: 0 });
    expect(JSON.parse(new TextDecoder().decode(await everything().encode('json')))).toEqual({ speed, ...record });
  });

  test('answers prompts, and draws once it has the image', () => {
    const results = everything({ promptRecord: null, matches: [] });
    const record = results.toJSON();
    const copy = ResultsClass.fromJSON(record);
    const prompt = { boxes: [[4, 4, 36, 9]] };
    expect(copy.prompt(prompt).toJSON().masks).toEqual(results.prompt(prompt).toJSON().masks);
    expect(() => copy.plot()).toThrow('whose image has no pixels');
    const { image } = results;
    expect(ResultsClass.fromJSON(record, { image }).plot().data).toEqual(results.plot().data);
    expect(() => copy.logits(0)).toThrow('without prototypes');
  });

  test('refuses what is no record, by the place', () => {
    const record = everything().toJSON();
    const [mask] = record.masks;
    const wrong: [unknown, RegExp][] = [
      ['{}', /^record: got '\{\}', expected/],
      [{ ...record, masks: undefined }, /^record\.masks: got undefined/],
      [{ ...record, masks: [{ ...mask, bbox: [1, 2, 3] }] }, /^record\.masks\[0\]\.bbox/],
      [{ ...record, masks: [{ ...mask, score: '1' }] }, /^record\.masks\[0\]\.score: got '1', expected number/],
      [{ ...record, masks: [{ ...mask, segmentation: { size: [2, 2], counts: '04' } }] }, /grid of 2 x 2 pixels/],
      [{ ...record, masks: [mask, { ...mask, track_id: undefined }] }, /1 with a track_id of 2/],
      [{ ...record, masks: [mask, { ...mask, texts: [{ cosine: 1, probability: 1 }] }] }, /masks\[1\]\.texts: got 1/],
      [{ ...record, image: { ...record.image, width: 0 } }, /^record\.image\.width: got 0/],
    ];
    for (const [value, message] of wrong) {
      expect(() => ResultsClass.fromJSON(value as ResultsJson)).toThrow(message);
    }
  });
});
