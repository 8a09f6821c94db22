/** Every member of the main entry's model is there in a worker, or refused by its name; the network's are the same. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FastSAM as Main } from '../../src/index.js';
import { useWorkers } from '../../src/platform/workers/workers.js';
import { packResults } from '../../src/results/pack.js';
import { FastSAM } from '../../src/worker/client.js';
import { refusal } from '../support/errors.js';
import { goldenBytes, goldenPath } from '../support/golden.js';
import { MessageWorkers } from '../support/messageWorkers.js';
import { seededClip } from '../support/seededClip.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const tiny = goldenBytes('layers/tiny.safetensors');
const OPTIONS = { imgsz: 64, conf: 0.1, maxDet: 5 } as const;
const image = { data: Uint8Array.from({ length: 96 * 64 * 3 }, (_, i) => (i * i) % 251), width: 96, height: 64 };
const folder = temporaryFolder();
let workers: MessageWorkers;
let model: FastSAM;
let main: Main;

beforeAll(() => {
  workers = new MessageWorkers();
  useWorkers(workers);
});

beforeEach(async () => {
  [model, main] = [await FastSAM.load(tiny), await Main.load(tiny)];
});

afterEach(() => {
  model.dispose();
  main.dispose();
});

/** Boxes, scores and masks of a scene. */
async function found(one: { segment: Main['segment'] }): Promise<unknown> {
  return { ...packResults(await one.segment(image, OPTIONS)).data, speed: undefined };
}

/** What the members of a class are called, those of its parents included. */
function membersOf(made: { readonly prototype: object }): PropertyKey[] {
  const names = new Set<PropertyKey>();
  for (let each = made.prototype; each !== Object.prototype; each = Object.getPrototypeOf(each) as object) {
    for (const name of Reflect.ownKeys(each)) names.add(name);
  }
  return [...names];
}

const REFUSED = ['letterbox', 'activations', 'gradient', 'layersModel'] as const;

describe('every member of the main entry', () => {
  test('is there, of the same kind', () => {
    const members = membersOf(Main);
    expect(members.length).toBeGreaterThan(20);
    expect(membersOf(FastSAM)).toEqual(expect.arrayContaining(members));
    for (const name of members) {
      const kind = (of: object): string => typeof Reflect.get(of, name);
      expect([name, kind(model)]).toEqual([name, kind(main)]);
    }
  });

  test('of the class itself, too', () => {
    const statics = Reflect.ownKeys(Main);
    expect(statics).toEqual(expect.arrayContaining(['load', 'create']));
    expect(Reflect.ownKeys(FastSAM)).toEqual(expect.arrayContaining(statics));
  });

  test('what gives tensors is refused by its name, with what to do; nothing else is', async () => {
    for (const name of REFUSED) {
      const [code, message] = await refusal(() => model[name]());
      expect([code, message.split(':')[0]]).toEqual(['INVALID_ARGUMENT', name]);
      expect(message).toMatch(/which cannot leave a worker; load the model with FastSAM of 'fastsam-tfjs'/);
    }
    // What the message advises.
    const tensors = await main.activations(image, ['model.9'], { imgsz: 64 });
    const gradient = await main.gradient(image, ({ scores }) => scores.max<tf.Scalar>(), { imgsz: 64 });
    expect([tensors['model.9'].rank, gradient.rank, (await main.layersModel()).outputs.length]).toEqual([4, 4, 4]);
    tf.dispose([tensors, gradient]);
  });

  test('edits are functions, and are refused', async () => {
    const edit = { 'model.9': (value: tf.Tensor) => value };
    expect((await refusal(() => model.segment(image, { edit })))[1]).toMatch(
      /^edit\.model\.9: got a function, which cannot go to a worker/,
    );
  });
});

describe('the network', () => {
  test('layerNames and stateDict', async () => {
    expect(model.layerNames()).toEqual(main.layerNames());
    const [there, here] = [await model.stateDict(), main.stateDict()];
    expect([...there.keys()]).toEqual([...here.keys()]);
    for (const [name, tensor] of there) {
      const { shape, values, dtype } = tensor;
      expect({ name, shape, values, dtype }).toEqual({ name, ...here.get(name), toFloat32: undefined });
      expect(tensor.toFloat32()).toBe(values);
    }
  });

  test('setWeights: the same results; copies; a new worker has them, too', async () => {
    const [name, tensor] = [...main.stateDict()].find(([each]) => each.endsWith('cv4.0.2.weight')) ?? [];
    if (name === undefined || !tensor) throw new Error('no such layer');
    const before = await found(model);
    const values = tensor.values.map((value) => value * -1.5);
    const given = { [name]: { shape: tensor.shape, values } };
    await main.setWeights(given);
    const expected = await found(main);
    expect(expected).not.toEqual(before);
    await model.setWeights(given);
    expect(await found(model)).toEqual(expected);
    expect(model.info).toEqual(main.info);
    values.fill(0); // the caller's own
    workers.crash('it fell');
    expect(await found(model)).toEqual(expected);
    expect((await model.stateDict()).get(name)?.values).toEqual(main.stateDict().get(name)?.values);
    // A second call adds to the first.
    const bias = [...main.stateDict()].find(([each]) => each.endsWith('cv4.0.2.bias')) ?? ['', tensor];
    await Promise.all([main, model].map((each) => each.setWeights(new Map([bias]))));
    workers.crash('it fell again');
    expect(await found(model)).toEqual(await found(main));
  });

  test('setWeights refuses what the main entry refuses, and the model stays as it was', async () => {
    const before = await found(model);
    const [[name]] = main.stateDict();
    const cases = [
      { 'model.0.conv.wieght': { shape: [1], values: new Float32Array(1) } },
      { [name]: { shape: [1], values: new Float32Array(1) } },
      { [name]: 3 },
      { [name]: tf.scalar(1) },
      null,
      'weights',
    ];
    for (const each of cases as never[]) {
      expect(await refusal(() => model.setWeights(each))).toEqual(await refusal(() => main.setWeights(each)));
    }
    expect(await found(model)).toEqual(before);
    workers.crash('it fell');
    expect(await found(model)).toEqual(before);
  });

  test('save writes what load reads back', async () => {
    const [there, here] = [join(folder, 'there.safetensors'), join(folder, 'here.safetensors')];
    await model.save(there, { dtype: 'float16' });
    await main.save(here, { dtype: 'float16' });
    expect(readFileSync(there)).toEqual(readFileSync(here));
    for (const [path, options] of [
      ['model.pt', {}],
      [3, {}],
      [there, { dtype: 'int8' }],
    ] as [never, never][]) {
      expect(await refusal(() => model.save(path, options))).toEqual(await refusal(() => main.save(path, options)));
    }
    expect(existsSync('model.pt')).toBe(false);
  });

  test('create: the network of the main entry, again in a new worker', async () => {
    const [spec, options] = [{ scale: 'n', classes: 2, widthMultiple: 0.125 } as const, { seed: 3, imgsz: 64 }];
    using there = await FastSAM.create(spec, { ...options, textModel: seededClip() });
    using here = await Main.create(spec, options);
    expect(there.info).toEqual(here.info);
    const expected = here.stateDict();
    for (let round = 0; round < 2; round++) {
      const weights = await there.stateDict();
      expect([...weights].map(([name, { values }]) => [name, values])).toEqual(
        [...expected].map(([name, { values }]) => [name, values]),
      );
      workers.crash('it fell');
    }
    for (const [wrong, given] of [
      [{ scale: 'z' }, {}],
      [spec, { seed: -1 }],
      [spec, { onProgress: () => undefined }],
      [null, {}],
      [spec, null],
      [spec, { signal: AbortSignal.abort() }],
    ] as [never, never][]) {
      expect(await refusal(() => FastSAM.create(wrong, given))).toEqual(await refusal(() => Main.create(wrong, given)));
    }
  });

  test('warmup runs the sizes that segment will, and refuses what the main entry refuses', async () => {
    const sizes = [{ width: 96, height: 64 }];
    expect(await model.warmup(sizes, { imgsz: 64 })).toEqual(await main.warmup(sizes, { imgsz: 64 }));
    expect(await model.warmup(undefined, { imgsz: 64 })).toEqual({ shaders: 0, inputs: [{ width: 64, height: 64 }] });
    for (const [wrong, options] of [
      [[{ width: 0, height: 3 }], {}],
      ['640', {}],
      [sizes, { imgsz: -1 }],
      [sizes, { signal: AbortSignal.abort() }],
      [sizes, null],
    ] as [never, never][]) {
      expect(await refusal(() => model.warmup(wrong, options))).toEqual(
        await refusal(() => main.warmup(wrong, options)),
      );
    }
    const [, message] = await refusal(() => model.warmup(sizes, { onProgress: 3 as never }));
    expect(message).toMatch(/^onProgress: got 3, expected a function/);
  });

  test('val counts its images as in the main entry', async () => {
    const measure = async (one: Pick<Main, 'val'>) => {
      const counted: string[] = [];
      const onProgress = (done: number, total: number) => counted.push(`${done}/${total}`);
      const result = await one.val(goldenPath('val/data.yaml'), { imgsz: 64, limit: 2, onProgress });
      return { counted, ...result, speed: undefined };
    };
    const expected = await measure(main);
    expect(expected.counted).toEqual(['1/2', '2/2']);
    expect(await measure(model)).toEqual(expected);
    expect(await refusal(() => model.val('no.yaml'))).toEqual(await refusal(() => main.val('no.yaml')));
  });

  test('a model that was disposed', async () => {
    model.dispose();
    main.dispose();
    const path = join(folder, 'late.safetensors');
    expect(await refusal(() => Promise.resolve(model.layerNames()))).toEqual(
      await refusal(() => Promise.resolve(main.layerNames())),
    );
    for (const late of [
      (one: Main) => one.setWeights({}),
      (one: Main) => one.save(path),
      (one: Main) => one.warmup(),
      (one: Main) => Promise.resolve(one.stateDict()),
    ]) {
      expect(await refusal(() => late(model as never) as Promise<unknown>)).toEqual(
        await refusal(() => late(main) as Promise<unknown>),
      );
    }
  });
});
