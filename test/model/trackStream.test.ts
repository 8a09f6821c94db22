import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RgbImage } from '../../src/image/rgbImage.js';
import { FastSAM, type PromptKind } from '../../src/index.js';
import type { Detections } from '../../src/model/detector.js';
import { resolveTrackOptions, trackImages } from '../../src/model/trackStream.js';
import type { TrackOptions } from '../../src/model/trackOptions.js';
import { architectureFor } from '../../src/model/architecture.js';
import { YOLOV8_SEG } from '../../src/model/families/yolov8Seg.js';
import type { PipelineContext } from '../../src/model/pipeline.js';
import type { Results } from '../../src/results/results.js';
import type { Xyxy } from '../../src/record/boxes.js';
import type { Frame } from '../../src/source/types.js';
import { createTracker } from '../../src/track/createTracker.js';
import { scene } from '../support/paths.js';

const SIZE = 64;
const DEFAULTS = { imgsz: SIZE, conf: 0.4, iou: 0.9 };

/** One thing of a made-up clip: its box and score in each frame, undefined where it is not seen. */
type Thing = (frame: number) => { readonly box: Xyxy; readonly score: number } | undefined;

const image: RgbImage = { data: new Uint8Array(SIZE * SIZE * 3).fill(90), width: SIZE, height: SIZE };

function* clip(frames: number): Generator<Frame> {
  for (let index = 0; index < frames; index++) yield { image: image, index, time: index / 25 };
}

/** A detector that finds the things; each one's mask fills its box. */
function detectorOf(things: readonly Thing[]): PipelineContext['detector'] & { readonly frames: number } {
  return {
    frames: 0,
    detect(this: { frames: number }): Promise<Detections[]> {
      const frame = this.frames++;
      const seen = things.flatMap((thing) => thing(frame) ?? []).sort((a, b) => b.score - a.score);
      const grid = SIZE / 4;
      return Promise.resolve([
        {
          anchors: Int32Array.from(seen.keys()),
          boxes: Float32Array.from(seen.flatMap(({ box }) => box)),
          scores: Float32Array.from(seen, ({ score }) => score),
          classes: new Int32Array(seen.length),
          coefficients: new Float32Array(seen.length).fill(5),
          prototypes: { data: new Float32Array(grid * grid).fill(1), height: grid, width: grid, k: 1 },
        },
      ]);
    },
  };
}

async function follow(things: readonly Thing[], frames: number, options: TrackOptions = {}): Promise<Results[]> {
  return collect(trackThings(things, clip(frames), options));
}

function trackThings(
  things: readonly Thing[],
  frames: Iterable<Frame>,
  options: TrackOptions,
): AsyncGenerator<Results> {
  const resolved = resolveTrackOptions(options, DEFAULTS);
  const architecture = architectureFor(YOLOV8_SEG, 'n');
  const facts = { name: 'stub', classNames: { 0: 'object' }, device: 'cpu', precision: 'fp32' };
  const model = { ...facts, defaults: DEFAULTS, architecture };
  const context = { detector: detectorOf(things), options: resolved.segment, model } as unknown as PipelineContext;
  return trackImages(frames, resolved, context, () => undefined);
}

async function collect(stream: AsyncIterable<Results>): Promise<Results[]> {
  const all: Results[] = [];
  for await (const results of stream) all.push(results);
  return all;
}

const idsOf = (results: Results): number[] => Array.from(results.trackIds ?? []);
/** Moves to the right along a row, one pixel a frame. */
const mover =
  (y: number, score = 0.9, speed = 1): Thing =>
  (t) => ({ box: [4 + speed * t, y, 16 + speed * t, y + 12], score });

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('track', () => {
  test('gives one result a frame with its place, and each thing one id', async () => {
    const all = await follow([mover(4), mover(40, 0.8)], 12);
    expect(all.map(({ frame }) => frame)).toEqual(Array.from(clip(12), ({ index, time }) => ({ index, time })));
    for (const results of all) expect(idsOf(results)).toEqual([1, 2]);
    for (const [t, results] of all.entries()) {
      const { xyxy } = results.boxes;
      expect(Math.abs(xyxy[0] - (4 + t)), `frame ${t}`).toBeLessThan(1); // the filter's box
      expect(results.masks.at(0).bbox).toEqual([4 + t, 4, 16 + t, 16]); // the detection's mask
    }
  });

  test('hides things until they are seen twice, and what is too weak to start a track', async () => {
    const late: Thing = (t) => (t < 3 ? undefined : { box: [30, 30, 50, 50], score: 0.9 });
    const weak: Thing = () => ({ box: [2, 40, 20, 60], score: 0.2 });
    const all = await follow([mover(4), late, weak], 6);
    expect(all.map((results) => results.length)).toEqual([1, 1, 1, 1, 2, 2]);
  });

  test('makes masks of tracked things only', async () => {
    const crowd = Array.from({ length: 40 }, (_, i): Thing => () => ({ box: [i, i, i + 9, i + 9], score: 0.15 }));
    const [first] = await follow([mover(4), ...crowd], 1);
    expect(first.length).toBe(1);
    expect(first.ids).toEqual(Int32Array.of(0));
    expect(first.maskInputs?.coefficients).toHaveLength(1);
  });

  test('gives empty frames empty results, and ids come back after them', async () => {
    const gap: Thing = (t) => (t >= 5 && t < 9 ? undefined : mover(20)(t));
    const all = await follow([gap], 12);
    expect(all.map(idsOf)).toEqual(Array.from({ length: 12 }, (_, t) => (t >= 5 && t < 9 ? [] : [1])));
    expect(await follow([], 3)).toHaveLength(3);
    expect(await follow([], 0)).toEqual([]);
  });

  test('clips the filter’s boxes to the image', async () => {
    const leaving: Thing = (t) => ({ box: [40 + 3 * t, 10, Math.min(64, 56 + 3 * t), 30], score: 0.9 });
    for (const results of await follow([leaving], 7)) expect(Math.max(...results.boxes.xyxy)).toBeLessThanOrEqual(SIZE);
  });

  test('goes on with a tracker that is given', async () => {
    const tracker = createTracker('bytetrack');
    await follow([mover(4)], 3, { tracker });
    const again = await follow([mover(4), mover(40)], 3, { tracker });
    expect(again.map(idsOf)).toEqual([[1], [1, 2], [1, 2]]);
  });

  test.each(['bytetrack', 'botsort', 'tracktrack'] as const)(
    'takes %s by its name and with parameters',
    async (name) => {
      expect((await follow([mover(4)], 4, { tracker: name })).map(idsOf)).toEqual([[1], [1], [1], [1]]);
      const gap: Thing = (t) => (t >= 5 && t < 9 ? undefined : mover(20)(t));
      const short = await follow([gap], 14, { tracker: { name, trackBuffer: 1 } });
      expect(short.map(idsOf).at(-1)).toEqual([2]);
    },
  );
});

describe('a prompt of the first frame', () => {
  test('is followed past another thing that crosses', async () => {
    // Both have the same height and cross at frame 20; the one asked for goes to the right.
    const right: Thing = (t) => ({ box: [2 + t, 20, 14 + t, 32], score: 0.8 });
    const left: Thing = (t) => ({ box: [50 - t, 28, 62 - t, 40], score: 0.9 });
    const all = await follow([right, left], 40, { prompt: { points: [[8, 26]] } });
    expect(all.every((results) => results.length === 1)).toBe(true);
    for (const [t, results] of all.entries()) expect(results.masks.at(0).bbox).toEqual([2 + t, 20, 14 + t, 32]);
    expect(all[0].promptRecord).toMatchObject({ points: [[8, 26]] });
    expect(all[1].promptRecord).toBeNull();
  });

  test('may be for something that starts no track by itself', async () => {
    const weak = mover(20, 0.15);
    expect((await follow([mover(4), weak], 6)).every((results) => results.length === 1)).toBe(true);
    const all = await follow([mover(4), weak], 6, { prompt: { boxes: [[4, 20, 16, 32]] } });
    expect(all.map((results) => results.length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(all[5].masks.at(0).bbox).toEqual([9, 20, 21, 32]);
    expect(all[0].scores[0]).toBeCloseTo(0.15); // its own score is reported
  });

  test('may be a function of the first frame', async () => {
    const all = await follow([mover(4), mover(24), mover(44)], 4, {
      prompt: (first) => first.filter(({ box }) => box[1] > 20),
    });
    expect(all.map((results) => results.length)).toEqual([2, 2, 2, 2]);
  });

  test('may be of a kind of one’s own', async () => {
    const below: PromptKind<number> = {
      name: 'below',
      parse: (row) => row,
      select: ({ boxes, masks }, row) => ({
        indices: masks.flatMap((_, i) => (boxes[4 * i + 1] > row ? [i] : [])),
        matches: [],
      }),
      record: (row) => ({ below: row }),
    };
    const all = await follow([mover(4), mover(24), mover(44)], 3, { prompt: (first) => first.promptWith(below, 20) });
    expect(all.map((results) => results.length)).toEqual([2, 2, 2]);
    expect(all.map(({ promptRecord }) => promptRecord)).toEqual([{ below: 20 }, null, null]);
    expect(all[0].promptKind).toBe(below);
  });

  test('follows nothing where it matches nothing, and fails where it cannot be asked', async () => {
    const all = await follow([mover(4)], 3, { prompt: { points: [[60, 60]] } });
    expect(all.map((results) => results.length)).toEqual([0, 0, 0]);
    await expect(follow([mover(4)], 3, { prompt: { points: [[900, 0]] } })).rejects.toMatchObject({
      code: 'INVALID_PROMPT',
    });
  });
});

describe('options and sources', () => {
  test.each([
    [{ tracker: 'sort' }, /tracker: got 'sort'/],
    [{ tracker: { name: 'bytetrack', minTrackLen: 2 } }, /minTrackLen/],
    [{ batch: 2 }, /batch/],
    [{ compat: 'casia' }, /compat/],
    [{ stride: 2 }, /stride: is for paths/],
    [{ surprise: 1 }, /surprise/],
  ])('are refused: %j', async (options, message) => {
    await expect(follow([mover(4)], 2, options as unknown as TrackOptions)).rejects.toThrow(message);
  });

  test('end with a signal', async () => {
    const stop = new AbortController();
    const stream = trackThings([mover(4)], clip(100), { signal: stop.signal });
    await stream.next();
    stop.abort();
    await expect(stream.next()).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('keep memory flat over 300 frames', async () => {
    const tensors = tf.memory().numTensors;
    // Things that come and go, so that ids go on rising.
    const things = Array.from(
      { length: 8 },
      (_, i): Thing =>
        (t) =>
          (t + 5 * i) % 40 < 20 ? mover(7 * i, 0.9, 0)(0) : undefined,
    );
    let held = 0;
    let last = 0;
    for await (const results of trackThings(things, clip(300), {})) {
      held = Math.max(held, tf.memory().numTensors);
      last = Math.max(last, ...idsOf(results));
    }
    expect(held).toBe(tensors);
    expect(last).toBeGreaterThanOrEqual(8);
  });
});

describe('FastSAM.track', () => {
  let model: FastSAM;
  beforeAll(async () => {
    model = await FastSAM.load('demo', { device: 'wasm' });
  }, 120_000);
  afterAll(() => {
    model.dispose();
  });

  test('gives a still image’s objects the ids that they keep', async () => {
    const path = scene('rocket.jpg');
    const before = tf.memory().numTensors;
    const all = await collect(model.track([path, path, path], { imgsz: 160 }));
    expect(all.map(({ frame }) => frame)).toEqual([{ index: 0 }, { index: 1 }, { index: 2 }]);
    expect(idsOf(all[0]).length).toBeGreaterThan(1);
    expect(idsOf(all[1])).toEqual(idsOf(all[0]));
    expect(idsOf(all[2])).toEqual(idsOf(all[0]));
    const everything = await model.segment(path, { imgsz: 160, conf: 0.1, iou: 0.7 });
    // The masks are those of the detections.
    for (const { id, mask } of all[0]) expect(mask.toRle()).toEqual(everything.at(id).mask.toRle());
    expect(tf.memory().numTensors).toBe(before);
  });

  test('ends with an image that cannot be read', async () => {
    const paths = [scene('rocket.jpg'), 'missing.jpg'];
    await expect(collect(model.track(paths, { imgsz: 160 }))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
