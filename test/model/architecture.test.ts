import { describe, expect, test } from 'vitest';
import { architectureFor, architectureOf } from '../../src/model/architecture.js';
import { YOLOV8_SEG } from '../../src/model/families/yolov8Seg.js';
import { scaledChannels, scaledRepeats, SCALE_NAMES } from '../../src/model/families/scaling.js';
import { expectedTensors, convSpecs, parameterCount } from '../../src/model/convSpecs.js';
import { shapeOnly, shapesOf } from '../support/shapes.js';

describe('scaling', () => {
  test.each([
    ['n', [16, 32, 64, 128, 256], [1, 2]],
    ['s', [32, 64, 128, 256, 512], [1, 2]],
    ['m', [48, 96, 192, 384, 576], [2, 4]],
    ['l', [64, 128, 256, 512, 512], [3, 6]],
    ['x', [80, 160, 320, 640, 640], [3, 6]],
  ] as const)('%s has the channels and repeats of the published network', (scale, channels, repeats) => {
    expect([64, 128, 256, 512, 1024].map((n) => scaledChannels(n, YOLOV8_SEG.scales[scale]))).toEqual(channels);
    expect([3, 6].map((n) => scaledRepeats(n, YOLOV8_SEG.scales[scale]))).toEqual(repeats);
  });

  test('channels are rounded up to a multiple of 8, repeats to even, never to zero', () => {
    expect(scaledChannels(64, { depth: 1, width: 0.13, maxChannels: 1024 })).toBe(16);
    const repeats = (depth: number): number => scaledRepeats(6, { depth, width: 1, maxChannels: 1024 });
    expect([0.25, 0.75, 0.416, 0.01].map(repeats)).toEqual([2, 4, 2, 1]); // 1.5, 4.5, 2.496, 0.06
  });
});

describe('parameters as Ultralytics counts them', () => {
  test.each([
    ['n', 16, 3_263_811, 3_258_259],
    ['s', 16, 11_790_483, 11_779_987],
    ['m', 16, 27_240_227, 27_222_963],
    ['l', 16, 45_936_819, 45_912_659],
    ['x', 16, 71_751_811, 71_721_619],
    ['x', 26, 72_234_149, 72_203_813],
  ] as const)('%s with %i bins', (scale, regMax, separate, folded) => {
    expect(parameterCount(architectureFor(YOLOV8_SEG, scale, { regMax }))).toBe(separate);
    expect(parameterCount(architectureFor(YOLOV8_SEG, scale, { regMax, folded: true }))).toBe(folded);
  });

  test('s with 26 bins', () => {
    expect(parameterCount(architectureFor(YOLOV8_SEG, 's', { regMax: 26 }))).toBe(12_315_253);
  });

  test('layer by layer for s', () => {
    const counts = Array.from({ length: 23 }, () => 0);
    for (const [name, shape] of expectedTensors(architectureFor(YOLOV8_SEG, 's'))) {
      if (!name.includes('.running_')) counts[Number(name.split('.')[1])] += shape.reduce((a, b) => a * b, 1);
    }
    expect(counts).toEqual([
      928, 18560, 29056, 73984, 197632, 295424, 788480, 1180672, 1838080, 656896, 0, 0, 591360, 0, 0, 148224, 147712, 0,
      493056, 590336, 0, 1969152, 2770931,
    ]);
  });

  test.each([
    ['n', 75],
    ['s', 75],
    ['m', 95],
    ['l', 115],
    ['x', 115],
  ] as const)(
    '%s has %i convolutions, one of them less than Ultralytics counts (DFL), and one transposed',
    (scale, n) => {
      const kinds = convSpecs(architectureFor(YOLOV8_SEG, scale)).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind !== 'transposed')).toHaveLength(n);
      expect(kinds.filter((kind) => kind === 'transposed')).toHaveLength(1);
    },
  );
});

describe('the architecture that tensors are for', () => {
  test.each(
    SCALE_NAMES.flatMap((scale) =>
      [true, false].map((folded) => [architectureFor(YOLOV8_SEG, scale, { classes: 3, regMax: 26, folded })]),
    ),
  )('is recognized: $scale, folded: $folded', (architecture) => {
    expect(architectureOf(YOLOV8_SEG, shapesOf(architecture))).toEqual(architecture);
  });

  test('is custom where channels or repeats are those of no scale', () => {
    const custom = architectureFor(
      YOLOV8_SEG,
      { depth: 0.33, width: 0.375, maxChannels: 1024 },
      { maskCoefficients: 16, regMax: 1 },
    );
    expect(custom.scale).toBe('custom');
    expect(architectureOf(YOLOV8_SEG, shapesOf(custom))).toEqual(custom);
    const deeper = architectureFor(YOLOV8_SEG, { depth: 1, width: 0.25, maxChannels: 1024 });
    expect(deeper.scale).toBe('custom');
    expect(deeper.repeats).toEqual({ 3: 3, 6: 6 });
  });

  test('a scaling that is one of the five is named so', () => {
    expect(architectureFor(YOLOV8_SEG, { depth: 1, width: 1.25, maxChannels: 512 }).scale).toBe('x');
  });

  test.each([
    ['model.22.cv2.0.2.weight', undefined, 'got nothing'],
    ['model.0.conv.weight', [16, 3], 'got shape [16, 3]'],
    ['model.0.conv.weight', [16, 3, 0, 3], 'got shape [16, 3, 0, 3]'],
    ['model.22.cv2.0.2.weight', [63, 64, 1, 1], '63 output channels'],
    ['model.2.m.0.cv1.conv.weight', undefined, 'model.2.m.0.cv1.conv.weight: got nothing'],
  ])('%s as %s is a clear error', (name, shape, message) => {
    const tensors = shapesOf(architectureFor(YOLOV8_SEG, 'n'));
    if (shape) tensors.set(name, shapeOnly(shape));
    else tensors.delete(name);
    expect(() => architectureOf(YOLOV8_SEG, tensors)).toThrow(
      expect.objectContaining({
        code: 'CHECKPOINT_MISMATCH',
        message: expect.stringContaining(message) as string,
      }) as Error,
    );
  });
});
