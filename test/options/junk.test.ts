/** Random values of every kind in the public functions: each answer is a result or a FastSAMError, never a foreign error. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import * as api from '../../src/index.js';
import { Clip } from '../../src/entry/clip.js';
import { mergeBatch, writeBatch } from '../../src/entry/batch.js';
import { CocoEvaluator } from '../../src/entry/evaluate.js';
import { defineStudy, runStudy } from '../../src/entry/studies.js';
import { labelMap, packMasks, unpackMasks } from '../../src/entry/mask.js';
import { createTracker, SparseOpticalFlow } from '../../src/entry/track.js';
import { FastSAMError } from '../../src/errors.js';
import { scene, TRAINED } from '../support/paths.js';
import { maskOf } from '../support/masks.js';
import { resultsOf } from '../support/results.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const thrower = (): never => {
  throw new TypeError('a trap of the caller');
};
const cyclic: unknown[] = [];
cyclic.push(cyclic);
const revoked = Proxy.revocable({}, {});
revoked.revoke();

/** What somebody may pass by mistake or from the network. */
const JUNK: readonly unknown[] = [
  ...[undefined, null, NaN, -1, 0, 1.5, 1e308, -0, Infinity, true, 10n, '', 'x', '__proto__', '\0', Symbol('s')],
  ...[[], [[]], [null], [NaN], [[1, 2]], ['a'], cyclic, new Array(3), {}, { length: 5 }, { x: 1 }],
  ...[
    Object.create(null) as unknown,
    { __proto__: null, conf: 2 },
    { toString: null },
    { toJSON: thrower },
    { then: 1 },
  ],
  ...[new Proxy({}, { get: thrower, ownKeys: thrower, has: thrower, getPrototypeOf: thrower }), revoked.proxy],
  ...[Object.defineProperty({}, 'conf', { get: thrower, enumerable: true })],
  ...[Object.defineProperty({}, Symbol.toStringTag, { get: thrower })],
  ...[() => 1, thrower, FastSAMError, new Date(NaN), new Map([['a', 1]]), new Set([1]), /x/, new Error('e')],
  ...[new Uint8Array(0), new Uint8Array(7), new Float32Array([NaN, 1, 2, 3]), new ArrayBuffer(2), Promise.resolve(1)],
];
/** Places in the list rather than the values, some of which fast-check cannot hold. */
const place = fc.nat(JUNK.length - 1);

/** Names that peers' callers write, ours, and those that objects bring along. */
const NAMES = [
  'boxes',
  'bboxes',
  'points',
  'labels',
  'conf',
  'imgsz',
  'signal',
  'clean',
  'quality',
  'format',
  'imageId',
];
const options = fc.oneof(
  place,
  fc.dictionary(fc.constantFrom(...NAMES, 'constructor', '__proto__', 'toString', 'x y'), place, { maxKeys: 3 }),
);

/** The value that a choice stands for. */
function made(choice: number | Readonly<Record<string, number>>): unknown {
  if (typeof choice === 'number') return JUNK[choice];
  return Object.fromEntries(Object.entries(choice).map(([name, at]) => [name, JUNK[at]]));
}

type Call = (value: never, other: never) => unknown;

/** The foreign error that a call ends in; undefined for a result and for errors of the package. */
async function foreign(call: Call, value: unknown, other: unknown): Promise<unknown> {
  try {
    const result = call(value as never, other as never);
    if (result instanceof Promise) await result;
    return undefined;
  } catch (error) {
    if (!(error instanceof FastSAMError)) return error;
    expect(error.message).not.toMatch(/undefined \(reading|is not a function|is not iterable|Cannot convert/);
    return undefined;
  }
}

const scene3 = resultsOf([maskOf('##..', '##..', '....', '....'), maskOf('....', '..##', '..##', '....')]);
let model: api.FastSAM;

beforeAll(async () => {
  model = await api.FastSAM.load(TRAINED, { device: 'wasm' });
});

const CALLS: Readonly<Record<string, Call>> = {
  'Results.prompt': (value) => scene3.prompt(value),
  'Results.promptWith': (value, other) => scene3.promptWith(value, other),
  'Results.promptText': (value, other) => scene3.promptText(value, other),
  'Results.promptText options': (_, other) => scene3.promptText('a', other),
  'Results.refine': (value) => scene3.refine(value),
  'Results.plot': (value) => scene3.plot(value),
  'Results.cutout': (value, other) => scene3.cutout(value, other),
  'Results.cutout options': (value) => scene3.cutout(0, value),
  'Results.toCoco': (value) => scene3.toCoco(value),
  'Results.toYolo': (value) => scene3.toYolo(value),
  'Results.toSvg': (value) => scene3.toSvg(value),
  'Results.toLabelme': (value) => scene3.toLabelme(value),
  'Results.toBlob': (value, other) => scene3.toBlob(value, other),
  'Results.draw': (value, other) => {
    scene3.draw(value, other);
  },
  'Results.fromJSON': (value, other) => api.Results.fromJSON(value, other),
  packResults: (value, other) => api.packResults(value, other),
  'packResults options': (value) => api.packResults(scene3, value),
  unpackResults: (value, other) => api.unpackResults(value, other),
  'unpackResults options': (value) => api.unpackResults(api.packResults(scene3).data, value),
  'masks.shift': (value, other) => api.masks.shift(maskOf('##'), value, other),
  'masks.shift options': (value) => api.masks.shift(maskOf('##'), 1, 1, value),
  labelMap: (value) => labelMap(value, 4, 4),
  packMasks: (value) => packMasks(value),
  unpackMasks: (value) => unpackMasks(value),
  'Results.encode': (value, other) => scene3.encode(value, other),
  'Results.encode options': (value) => scene3.encode('png', value),
  'Results.save': (value, other) => scene3.save(value, other),
  'Results.save options': (value) => scene3.save(`${folder}/x.png`, value),
  'Results.at': (value) => scene3.at(value),
  'Results.select': (value) => scene3.select(value),
  'Results.probabilities': (value) => scene3.probabilities(value),
  defineFormat: (value) => api.defineFormat(value),
  readImage: (value, other) => api.readImage(value, other),
  openVideo: (value, other) => api.openVideo(value, other),
  createVideo: (value, other) => api.createVideo(value, other),
  readCheckpoint: (value) => api.readCheckpoint(value),
  readSafetensors: (value) => api.readSafetensors(value),
  'FastSAM.load': (value, other) => api.FastSAM.load(value, other),
  'FastSAM.load options': (value) => api.FastSAM.load(TRAINED, value),
  'FastSAM.segment': (value, other) => model.segment(value, other),
  'FastSAM.segment options': (value) => model.segment(scene('coins.png'), value),
  'FastSAM.stream': async (value, other) => {
    for await (const item of model.stream(value, other)) if (item.error) throw item.error;
  },
  'FastSAM.track': async (value, other) => {
    for await (const results of model.track(value, other)) results.toJSON();
  },
  'FastSAM.val': (value, other) => model.val(value, other),
  'FastSAM.export': (value, other) => model.export(value, `${folder}/m`, other),
  'FastSAM.activations': (value, other) => model.activations(scene('coins.png'), value, other),
  createTracker: (value, other) => createTracker(value, other),
  'Tracker.update': (value, other) => createTracker('bytetrack').update(value, other),
  SparseOpticalFlow: (value) => new SparseOpticalFlow(value),
  'Clip.load': (value, other) => Clip.load(value, other),
  CocoEvaluator: (value, other) => new CocoEvaluator(value, other),
  writeBatch: (value, other) => writeBatch(model, value, other),
  mergeBatch: (value, other) => mergeBatch(value, other),
  defineStudy: (value) => defineStudy(value),
  runStudy: (value, other) => runStudy(value, model, other),
};
/** A value that throws when it is looked at, as the first argument, is the caller's own error; among options it is refused. */
const isTrap = (value: unknown): boolean => {
  try {
    Object.prototype.toString.call(value);
    if (value !== cyclic && typeof value !== 'bigint') JSON.stringify(value);
    return false;
  } catch {
    return true;
  }
};

describe('only errors of the package come out', () => {
  test.each(Object.entries(CALLS))('%s', async (name, call) => {
    const takesOptions = name.endsWith('options') || /refine|plot|toCoco|toYolo|toSvg|toLabelme/.test(name);
    const failures = new Map<string, unknown>();
    await fc.assert(
      fc.asyncProperty(options, options, async (value, other) => {
        const first = made(value);
        const error = await foreign(call, !takesOptions && isTrap(first) ? {} : first, made(other));
        if (error !== undefined)
          failures.set(String((error as Error).stack?.split('\n').slice(0, 3).join(' | ')), error);
      }),
      { numRuns: name.startsWith('FastSAM') ? 40 : 150 },
    );
    expect([...failures.keys()]).toEqual([]);
  });
});
