import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nonMaxSuppression, type NmsOptions } from '../../src/model/nms.js';
import { clusteredBoxes, greedyNms, type Clusters } from './nmsCases.js';
import { readGolden } from '../support/golden.js';
import { describeOnBackends } from '../support/devices.js';

interface Golden {
  readonly conf: number;
  readonly iou: number;
  readonly maxDet: number;
  readonly kept: number[];
}

interface SmallCase extends Golden {
  readonly name: string;
  readonly boxes: number[][];
  readonly scores: number[];
  readonly maxNms: number;
  readonly classes?: number[];
}

const golden = readGolden<{
  small: SmallCase[];
  large: (Clusters & Golden)[];
}>('nms/cases.json');

/** Runs NMS on arrays and checks that no tensor is left. */
async function keep(
  boxes: Float32Array,
  scores: Float32Array,
  options: Omit<NmsOptions, 'classes'>,
  classes?: readonly number[],
): Promise<number[]> {
  const before = tf.memory().numTensors;
  const inputs = [tf.tensor2d(boxes, [scores.length, 4]), tf.tensor1d(scores)] as const;
  const labels = classes && tf.tensor1d(Int32Array.from(classes), 'int32');
  const kept = await nonMaxSuppression(...inputs, labels ? { ...options, classes: labels } : options);
  tf.dispose([...inputs, labels]);
  expect(tf.memory().numTensors).toBe(before);
  return [...kept];
}

describeOnBackends('NMS', ['wasm', 'native', 'plain JavaScript'], () => {
  test.each(golden.small)('torchvision: $name', async ({ boxes, scores, classes, kept, ...options }) => {
    const found = await keep(Float32Array.from(boxes.flat()), Float32Array.from(scores), options, classes);
    expect(found).toEqual(kept);
  });

  test.each(golden.large)('torchvision: $n boxes in $clusters clusters at IoU $iou', async (plan) => {
    const { boxes, scores } = clusteredBoxes(plan);
    expect(await keep(boxes, scores, { conf: plan.conf, iou: plan.iou, maxDet: plan.maxDet })).toEqual(plan.kept);
  });

  test('one class is no class', async () => {
    const { boxes, scores } = clusteredBoxes({ seed: 8, n: 600, clusters: 9, spread: 0.3, grid: 0, levels: 0 });
    const options = { conf: 0.2, iou: 0.5, maxDet: 300 };
    const zeros = new Array<number>(600).fill(0);
    expect(await keep(boxes, scores, options, zeros)).toEqual(await keep(boxes, scores, options));
  });

  test('a chain in which each box strikes the next keeps every second one', async () => {
    // More than two blocks: only the fixed point of many rounds gives this.
    const n = 1100;
    const boxes = Float32Array.from({ length: n * 4 }, (_, i) => [0, 0, 10, 10][i & 3] + (i & 1 ? 0 : 4 * (i >> 2)));
    const scores = Float32Array.from({ length: n }, (_, i) => 1 - i / 2000);
    const kept = await keep(boxes, scores, { conf: 0, iou: 0.4, maxDet: n });
    expect(kept).toEqual(Array.from({ length: n / 2 }, (_, i) => 2 * i));
  });

  test('random boxes on a coarse grid equal the greedy loop', async () => {
    const side = fc.integer({ min: 0, max: 6 });
    const box = fc.tuple(side, side, side, side, fc.integer({ min: 1, max: 5 }));
    await fc.assert(
      fc.asyncProperty(fc.array(box, { maxLength: 40 }), fc.constantFrom(0, 0.25, 0.5, 0.75, 1), async (rows, iou) => {
        const boxes = Float32Array.from(rows.flatMap(([x, y, w, h]) => [x, y, x + w, y + h]));
        const scores = Float32Array.from(rows, (row) => row[4] / 5);
        expect(await keep(boxes, scores, { conf: 0, iou, maxDet: 1000 })).toEqual(greedyNms(boxes, scores, iou));
      }),
      { numRuns: 60 },
    );
  });

  test.each([{ conf: NaN }, { conf: -0.1 }, { iou: 1.5 }, { maxDet: 2.5 }, { maxNms: -1 }])(
    'refuses %o',
    async (wrong) => {
      const before = tf.memory().numTensors;
      const [boxes, scores] = [tf.tensor2d([[0, 0, 1, 1]]), tf.tensor1d([0.5])];
      const run = nonMaxSuppression(boxes, scores, { conf: 0.4, iou: 0.9, maxDet: 300, ...wrong });
      await expect(run).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      tf.dispose([boxes, scores]);
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});
