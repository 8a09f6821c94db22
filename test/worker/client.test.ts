/** A model in a worker does what one on this side does; the worker is at the other end of a MessageChannel. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FastSAM as Main, readImage, type Results, type StageEvent } from '../../src/index.js';
import { Clip } from '../../src/entry/clip.js';
import { SLICE_BYTES, useWorkers } from '../../src/platform/workers/workers.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { packResults } from '../../src/results/pack.js';
import { FastSAM } from '../../src/worker/client.js';
import { refusal, rejectionOf } from '../support/errors.js';
import { goldenBytes } from '../support/golden.js';
import { MessageWorkers } from '../support/messageWorkers.js';
import { scene } from '../support/paths.js';
import { seededClip } from '../support/seededClip.js';

const tiny = goldenBytes('layers/tiny.safetensors');
const OPTIONS = { imgsz: 64, conf: 0.3, maxDet: 10 } as const;
const coins = await readImage(scene('coins.png'));
const small = { data: coins.data.slice(0, 96 * 64 * 3), width: 96, height: 64 };
let workers: MessageWorkers;
let model: FastSAM;
let main: Main;

beforeAll(async () => {
  main = await Main.load(tiny);
});

beforeEach(async () => {
  workers = new MessageWorkers();
  useWorkers(workers);
  model = await FastSAM.load(tiny);
});

afterEach(() => {
  model.dispose();
});

/** Everything of results but their times. */
function content(results: Results | readonly Results[]): unknown {
  return [results].flat().map((each) => ({ ...packResults(each).data, speed: undefined }));
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('the same as on this side, bit for bit', () => {
  test('info', () => {
    expect(model.info).toEqual(main.info);
    expect(model.info.architecture.family).toBe(main.info.architecture.family);
  });

  test('segment: a path, a URL, bytes, a Blob, pixels, a tensor', async () => {
    const file = new Uint8Array(await (await import('node:fs/promises')).readFile(scene('coins.png')));
    const tensor = tf.tensor3d(Int32Array.from(small.data), [64, 96, 3], 'int32');
    const floats = tf.tidy(() => tensor.toFloat().div<tf.Tensor3D>(255));
    const inputs = [scene('coins.png'), new URL(`file://${scene('coins.png')}`), file, file.buffer, new Blob([file])];
    for (const input of [...inputs, coins, small, tensor, floats]) {
      expect(content(await model.segment(input, OPTIONS))).toEqual(content(await main.segment(input, OPTIONS)));
    }
    expect(file.length).toBeGreaterThan(0);
    tf.dispose([tensor, floats]);
  });

  test('segment: a list, and a batch of typed pixels', async () => {
    const list = [coins, small, coins];
    const found = await model.segment(list, { ...OPTIONS, batch: 2 });
    expect(found).toHaveLength(3);
    expect(content(found)).toEqual(content(await main.segment(list, { ...OPTIONS, batch: 2 })));
    const batch = tf.tensor4d(Int32Array.from([...small.data, ...small.data]), [2, 64, 96, 3], 'int32');
    expect(content(await model.segment(batch, OPTIONS))).toEqual(content(await main.segment(batch, OPTIONS)));
    batch.dispose();
  });

  test('options and their errors', async () => {
    for (const options of [
      { ...OPTIONS, retinaMasks: false, compat: 'ultralytics' },
      { ...OPTIONS, square: true, snapFullBoxes: false },
    ] as const) {
      expect(content(await model.segment(coins, options))).toEqual(content(await main.segment(coins, options)));
    }
    for (const options of [{ conf: 2 }, { cnf: 0.2 }, null, 'x', { onStage: 3 }, { signal: 1 }] as object[]) {
      expect(await refusal(() => model.segment(coins, options))).toEqual(
        await refusal(() => main.segment(coins, options)),
      );
    }
    expect(await refusal(() => model.segment(coins, { transfer: 1 as never }))).toEqual([
      'INVALID_ARGUMENT',
      'transfer: got 1, expected true or false',
    ]);
    for (const input of [null, 3, {}, new Uint8Array(30), 'nothing.png', () => 1] as unknown as string[]) {
      expect(await refusal(() => model.segment(input))).toEqual(await refusal(() => main.segment(input)));
    }
  });

  test('load refuses what the main entry refuses', async () => {
    for (const [source, options] of [
      ['no-such-model', {}],
      [new Uint8Array(100), {}],
      [tiny, { device: 'no' as never }],
      [tiny, null as never],
      [tiny, { signal: AbortSignal.abort() }],
    ] as const) {
      expect(await refusal(() => FastSAM.load(source, options))).toEqual(
        await refusal(() => Main.load(source, options)),
      );
    }
  });

  test('stream: items, their inputs, and errors in their places', async () => {
    const inputs = [coins, 'nothing.png', { image: small, index: 7, time: 0.5 }, coins];
    const got = await collect(model.stream(inputs, { ...OPTIONS, batch: 2 }));
    const expected = await collect(main.stream(inputs, { ...OPTIONS, batch: 2 }));
    expect(got.map(({ index, input }) => [index, input])).toEqual(inputs.map((input, index) => [index, input]));
    expect(got.map(({ error }) => error?.message)).toEqual(expected.map(({ error }) => error?.message));
    expect(content(got.flatMap(({ results }) => results ?? []))).toEqual(
      content(expected.flatMap(({ results }) => results ?? [])),
    );
  });

  test('stream: what the inputs throw comes through as it is, after the images before', async () => {
    const failure = new RangeError('the camera fell');
    function* inputs() {
      yield coins;
      throw failure;
    }
    const got: number[] = [];
    const run = async () => {
      for await (const { index } of model.stream(inputs(), OPTIONS)) got.push(index);
    };
    await expect(run()).rejects.toBe(failure);
    expect(got).toEqual([0]);
    expect(await refusal(() => collect(model.stream(3 as never)))).toEqual(
      await refusal(() => collect(main.stream(3 as never))),
    );
  });

  test('stream: inputs are asked for only when there is room, and closed with the loop', async () => {
    let asked = 0;
    let closed = false;
    function* inputs() {
      try {
        for (;;) {
          asked++;
          yield coins;
        }
      } finally {
        closed = true;
      }
    }
    for await (const { index } of model.stream(inputs(), { ...OPTIONS, ahead: 1 })) if (index === 2) break;
    expect(closed).toBe(true);
    expect(asked).toBeLessThan(8);
  });

  test('track', async () => {
    const frames = [coins, coins, coins];
    const options = { ...OPTIONS, conf: 0.1, tracker: { name: 'bytetrack' } } as const;
    const got = await collect(model.track(frames, options));
    expect(content(got)).toEqual(content(await collect(main.track(frames, options))));
    expect(got.map(({ frame }) => frame?.index)).toEqual([0, 1, 2]);
    expect(await refusal(() => collect(model.track(3 as never)))).toEqual(
      await refusal(() => collect(main.track(3 as never))),
    );
    expect((await rejectionOf(() => collect(model.track('nothing.mp4')))).code).toBe('FILE_UNREADABLE');
  });

  test('detect, and results of it with thresholds, selections and changes of one’s own', async () => {
    const raw = await model.detect(coins, { imgsz: 64, logits: true });
    const expected = await main.detect(coins, { imgsz: 64, logits: true });
    for (const name of ['boxes', 'scores', 'logits', 'coefficients', 'prototypes', 'image', 'letterbox'] as const) {
      expect(raw[name]).toEqual(expected[name]);
    }
    for (const options of [
      { conf: 0.3, maxDet: 5 },
      { conf: 0.2, select: () => [3, 0], maskThreshold: 1 },
    ]) {
      expect(content(await raw.toResults(options))).toEqual(content(await expected.toResults(options)));
    }
    const half = { coefficients: raw.coefficients.map((value) => value / 2) };
    expect(content(await raw.with(half).toResults({ conf: 0.3 }))).toEqual(
      content(await expected.with(half).toResults({ conf: 0.3 })),
    );
    expect((await model.detect([coins, small], { imgsz: 64 })).map(({ length }) => length)).toEqual(
      (await main.detect([coins, small], { imgsz: 64 })).map(({ length }) => length),
    );
  });

  test('a cache runs the network once, and anew in a new worker', async () => {
    const cache = await model.withCache();
    for (const conf of [0.3, 0.4]) {
      expect(content(await cache.segment(coins, { ...OPTIONS, conf }))).toEqual(
        content(await main.segment(coins, { ...OPTIONS, conf })),
      );
    }
    expect(cache.runs).toBe(1);
    await collect(cache.stream([coins, coins], OPTIONS));
    expect(cache.runs).toBe(1);
    workers.crash('it fell');
    await cache.segment(coins, OPTIONS);
    expect(cache.runs).toBe(2);
    cache.dispose();
    cache.dispose();
  });

  test('export gives the same files', async () => {
    const made = await model.export('safetensors', null, { half: true });
    const expected = await main.export('safetensors', null, { half: true });
    expect(made.bytes).toBe(expected.bytes);
    expect(readSafetensors(made.files[0].bytes).tensors).toEqual(readSafetensors(expected.files[0].bytes).tensors);
  });

  test('text prompts: the worker encodes, this side chooses', async () => {
    const clip = seededClip();
    await using there = await FastSAM.load(tiny, { textModel: clip });
    await using here = await Main.load(tiny, { textModel: clip });
    const texts = ['a dog', 'two small coins'];
    const ask = async (one: { segment: Main['segment'] }) =>
      (await one.segment(coins, OPTIONS)).promptText(texts, { threshold: 0.1, minArea: 0 });
    const expected = await ask(here);
    const got = await ask(there);
    expect(got.matches).toEqual(expected.matches);
    expect(content(got)).toEqual(content(expected));
    const asked = () => workers.sent.filter(({ op }) => op === 'encodeImages').length;
    const before = asked();
    await got.promptText('a coin', { minArea: 0 });
    expect(asked()).toBe(before); // features are kept here
    workers.crash('it fell');
    expect((await got.promptText('another text', { minArea: 0 })).matches).toHaveLength(1);
    there.dispose();
    const late = await refusal(() => got.promptText('too late', { minArea: 0 }));
    here.dispose();
    expect(late).toEqual(await refusal(() => expected.promptText('too late', { minArea: 0 })));
  });

  test('encoders that are loaded stay on this side', async () => {
    const clip = await Clip.load(seededClip());
    await using there = await FastSAM.load(tiny, { textModel: clip });
    const found = await there.segment(coins, OPTIONS);
    expect((await found.promptText('a dog', { minArea: 0 })).matches).toHaveLength(1);
    expect(workers.sent.map(({ op }) => op)).toEqual(['load', 'segment']);
    clip.dispose();
  });
});

describe('what cannot be in a worker is refused by its name', () => {
  test('calls that give tensors', async () => {
    for (const name of ['letterbox', 'activations'] as const) {
      const [code, message] = await refusal(() => model[name]());
      expect([code, message.split(':')[0]]).toEqual(['INVALID_ARGUMENT', name]);
      expect(message).toContain("'fastsam-tfjs'");
    }
    // What the message advises.
    using letterboxed = await main.letterbox(coins, { imgsz: 64 });
    expect((await main.detect(letterboxed)).length).toBe((await model.detect(coins, { imgsz: 64 })).length);
    expect((await refusal(() => model.detect(letterboxed as never)))[0]).toBe('INVALID_ARGUMENT');
  });

  test('functions and objects with methods in options', async () => {
    class Mine {
      update(): string {
        return 'mine';
      }
    }
    const cases: [string, object][] = [
      ['prompt', { prompt: (first: Results) => first }],
      ['tracker', { tracker: new Mine() }],
      ['tracker.cameraMotion', { tracker: { name: 'botsort', cameraMotion: new Mine() } }],
    ];
    for (const [name, options] of cases) {
      const [code, message] = await refusal(() => collect(model.track([coins], options)));
      expect([code, message.split(':')[0]]).toEqual(['INVALID_ARGUMENT', name]);
      expect(message).toContain('which cannot go to a worker');
    }
    expect((await refusal(() => model.segment(coins, { conf: tf.scalar(1) as never })))[1]).toMatch(
      /^conf: got a tensor/,
    );
  });
});

describe('while it runs', () => {
  test('load tells its progress, segment and stream their stages, in the order of the work', async () => {
    const loading: string[] = [];
    (await FastSAM.load(tiny, { onProgress: ({ type }) => loading.push(type) })).dispose();
    expect(loading).toEqual(['compile']);
    const stages = async (one: { segment: Main['segment'] }) => {
      const told: StageEvent[] = [];
      await one.segment([coins, small], { ...OPTIONS, onStage: (event) => told.push(event) });
      return told.map(({ type, index }) => `${type} ${index}`);
    };
    const expected = await stages(main);
    expect([...expected].sort()).toEqual(
      ['inference', 'postprocess', 'preprocess'].flatMap((type) => [`${type} 0`, `${type} 1`]),
    );
    expect(await stages(model)).toEqual(expected);
    const told: string[] = [];
    await collect(model.stream([coins], { ...OPTIONS, onStage: ({ type }) => told.push(type) }));
    expect(told).toEqual(['preprocess', 'inference', 'postprocess']);
  });

  test('what a listener throws ends the call', async () => {
    const failure = new Error('no more');
    const onStage = (): never => {
      throw failure;
    };
    await expect(model.segment(coins, { ...OPTIONS, onStage })).rejects.toBe(failure);
    await expect(collect(model.stream([coins], { ...OPTIONS, onStage }))).rejects.toBe(failure);
    expect((await model.segment(coins, OPTIONS)).length).toBeGreaterThan(0);
  });

  test('an abort rejects at once; the worker stops at the next stage and goes on with other calls', async () => {
    const controller = new AbortController();
    const images = Array.from({ length: 40 }, () => coins);
    const onStage = ({ type, index }: StageEvent) => {
      if (type === 'postprocess' && index === 1) controller.abort('enough');
    };
    const other = model.segment(coins, OPTIONS);
    const error = await rejectionOf(() => model.segment(images, { ...OPTIONS, signal: controller.signal, onStage }));
    expect([error.code, error.cause]).toEqual(['ABORTED', 'enough']);
    expect((await other).length).toBeGreaterThan(0);
    await model.segment(coins, OPTIONS);
    const { heard, sent } = workers;
    expect(sent.map(({ op }) => op)).toContain('cancel');
    expect(heard).toContainEqual(
      expect.objectContaining({ type: 'error', error: expect.objectContaining({ code: 'ABORTED' }) as unknown }),
    );
    expect(heard.filter((said) => said.type === 'progress' && said.event.type === 'inference').length).toBeLessThan(10);
    expect(workers.started).toBe(1);
  });

  test('an abort ends streams, and a signal that has fired is heard before anything is sent', async () => {
    const controller = new AbortController();
    const run = async () => {
      for await (const { index } of model.stream([coins, coins, coins], { ...OPTIONS, signal: controller.signal })) {
        if (index === 0) controller.abort();
      }
    };
    expect((await rejectionOf(run)).code).toBe('ABORTED');
    const before = workers.sent.length;
    expect((await rejectionOf(() => model.segment(coins, { signal: AbortSignal.abort() }))).code).toBe('ABORTED');
    expect(workers.sent).toHaveLength(before);
  });

  test('terminate: an abort ends the worker; the next call starts another', async () => {
    const controller = new AbortController();
    const other = model.segment(coins, OPTIONS);
    const call = model.segment(coins, { ...OPTIONS, signal: controller.signal, terminate: true });
    const outcomes = Promise.all([rejectionOf(() => other), rejectionOf(() => call)]);
    setTimeout(() => {
      controller.abort();
    });
    expect((await outcomes).map(({ code }) => code)).toEqual(['WORKER_LOST', 'ABORTED']);
    expect((await model.segment(coins, OPTIONS)).length).toBeGreaterThan(0);
    expect(workers.started).toBe(2);
  });

  test('transfer: buffers are handed over; without it they stay', async () => {
    const copies = () => ({ ...small, data: small.data.slice() });
    const [kept, given, bytes] = [copies(), copies(), copies()];
    const expected = content(await main.segment(small, OPTIONS));
    expect(content(await model.segment(kept, OPTIONS))).toEqual(expected);
    expect(content(await model.segment(given, { ...OPTIONS, transfer: true }))).toEqual(expected);
    for await (const { results } of model.stream([bytes], { ...OPTIONS, transfer: true })) {
      expect(content(results ?? [])).toEqual(expected);
    }
    expect([kept, given, bytes].map(({ data }) => data.length)).toEqual([small.data.length, 0, 0]);
  });
});

describe('large images', () => {
  const data = Uint8Array.from({ length: 1500 * 1000 * 3 }, (_, i) => (i >> 6) % 256);
  const large = { data, width: 1500, height: 1000, path: 'large' };

  test('are copied in slices, others have turns in between; the copy is handed over, the original stays', async () => {
    const expected = content(await main.segment(large, OPTIONS));
    let turns = 0;
    const clamped = { ...large, data: new Uint8ClampedArray(data) };
    for (const input of [large, clamped]) {
      turns = 0;
      let counting = true;
      const count = () => {
        turns++;
        if (counting) setImmediate(count);
      };
      const sentBefore = workers.sent.length;
      setImmediate(count);
      const call = model.segment(input, OPTIONS);
      while (workers.sent.length === sentBefore) await new Promise((resolve) => setImmediate(resolve));
      counting = false;
      expect(turns).toBeGreaterThanOrEqual(2); // one for each slice
      expect(content(await call)).toEqual(expected);
      const [question, [buffer, ...rest]] = [workers.sent.at(-1), workers.handed.at(-1) ?? []];
      expect(question).toMatchObject({ op: 'segment', input: { kind: 'one', image: { value: { path: 'large' } } } });
      expect(buffer).toBeInstanceOf(ArrayBuffer);
      expect([buffer === input.data.buffer, rest, input.data.length]).toEqual([false, [], data.length]);
    }
  });

  test('large files, too; what is small is left to the message', async () => {
    const file = new Uint8Array(SLICE_BYTES + 10).fill(7);
    for (const input of [file, file.buffer]) {
      expect(await refusal(() => model.segment(input))).toEqual(await refusal(() => main.segment(input)));
      expect(workers.handed.at(-1)).toHaveLength(1);
      expect(input.byteLength).toBe(SLICE_BYTES + 10);
    }
    await model.segment(small, OPTIONS);
    expect(workers.handed.at(-1)).toEqual([]);
    expect(small.data.length).toBeGreaterThan(0);
  });
});

describe('a worker that is lost', () => {
  test('calls under way fail with one code, scenes stay whole, the next call has another worker', async () => {
    const before = await model.segment(coins, OPTIONS);
    const answered = content(before.prompt({ points: [[100, 100]] }));
    const calls = [model.segment(coins, OPTIONS), collect(model.stream([coins, coins], OPTIONS)), model.detect(coins)];
    const errors = Promise.all(calls.map((call) => rejectionOf(() => call)));
    setTimeout(() => {
      workers.crash('it ended with SIGKILL');
    });
    for (const { code, message } of await errors) {
      expect(code).toBe('WORKER_LOST');
      expect(message).toMatch(/^worker: it ended with SIGKILL, expected .*; call again/);
    }
    expect(content(before.prompt({ points: [[100, 100]] }))).toEqual(answered);
    expect(content(await model.segment(coins, OPTIONS))).toEqual(content(before));
    expect(workers.started).toBe(2);
    expect(model.info).toEqual(main.info);
  });

  test('restart() does it on purpose', async () => {
    model.restart();
    await model.segment(coins, OPTIONS);
    expect(workers.started).toBe(2);
  });

  test('a row that was between two items fails at its next', async () => {
    const items = model.stream([coins, coins], OPTIONS);
    await items.next();
    workers.crash('it fell');
    expect((await rejectionOf(() => items.next())).code).toBe('WORKER_LOST');
  });

  test('dispose: calls under way and later ones fail, results stay', async () => {
    const found = await model.segment(coins, OPTIONS);
    const call = rejectionOf(() => model.segment(coins, OPTIONS));
    setTimeout(() => {
      model.dispose();
    });
    const expected = ['DISPOSED', 'model: it was disposed; load it again'];
    const { code, message } = await call;
    expect([code, message]).toEqual(expected);
    expect(await refusal(() => model.segment(coins))).toEqual(expected);
    expect(await refusal(() => collect(model.stream([coins])))).toEqual(expected);
    expect(found.prompt({ points: [[100, 100]] }).matches).toHaveLength(1);
    model.dispose();
    await model[Symbol.asyncDispose]();
  });
});
