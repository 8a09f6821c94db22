import { describe, expect, test } from 'vitest';
import { FastSAMError } from '../../src/errors.js';
import { architectureFor } from '../../src/model/architecture.js';
import { YOLOV8_SEG } from '../../src/model/families/yolov8Seg.js';
import { inferArchitecture, checkTensors, closestArchitecture } from '../../src/model/check.js';
import type { StateDict } from '../../src/weights/tensor.js';
import { shapeOnly, shapesOf } from '../support/shapes.js';

/** The message of the mismatch that the check finds. */
function mismatch(tensors: StateDict): string {
  try {
    inferArchitecture(tensors);
  } catch (error) {
    expect(error).toBeInstanceOf(FastSAMError);
    expect((error as FastSAMError).code).toBe('CHECKPOINT_MISMATCH');
    return (error as FastSAMError).message;
  }
  throw new Error('no mismatch was found');
}

describe('the check of a whole checkpoint', () => {
  test('complete tensors pass, with training counters or without', () => {
    const architecture = architectureFor(YOLOV8_SEG, 's', { regMax: 16 });
    const tensors = shapesOf(architecture);
    tensors.set('model.0.bn.num_batches_tracked', shapeOnly([]));
    expect(inferArchitecture(tensors)).toEqual(architecture);
  });

  test('missing, unexpected and misshapen tensors are counted and shown, three of each', () => {
    const tensors = shapesOf(architectureFor(YOLOV8_SEG, 's'));
    for (const name of ['weight', 'bias', 'running_mean', 'running_var']) tensors.delete(`model.9.cv1.bn.${name}`);
    tensors.set('model.23.conv.weight', shapeOnly([1, 1, 1, 1]));
    tensors.set('model.12.cv2.conv.weight', shapeOnly([256, 384, 3, 3]));
    const message = mismatch(tensors);
    expect(message).toContain('4 missing (model.9.cv1.bn.weight, model.9.cv1.bn.bias, model.9.cv1.bn.running_mean, …)');
    expect(message).toContain('1 unexpected (model.23.conv.weight)');
    expect(message).toContain('1 misshapen (model.12.cv2.conv.weight [256, 384, 3, 3] instead of [256, 384, 1, 1])');
    expect(message).toContain('expected the 351 tensors of YOLOv8-seg s (1 class, regMax 16)');
    expect(message).toContain('it looks most like scale s, of whose tensors 98 % fit');
  });

  test('when even the telling tensors are missing, the closest scale is named', () => {
    const tensors = shapesOf(architectureFor(YOLOV8_SEG, 'x', { regMax: 26, folded: true }));
    tensors.delete('model.22.cv2.0.2.weight');
    tensors.delete('model.0.conv.weight');
    const message = mismatch(tensors);
    expect(message).toContain('2 missing (model.0.conv.weight, model.22.cv2.0.2.weight)');
    expect(message).toContain('looks most like scale x');
  });

  test('a checkpoint of something else is said to look like none', () => {
    const message = mismatch(new Map([['layer1.0.conv1.weight', shapeOnly([64, 64, 3, 3])]]));
    expect(message).toContain('it looks like no YOLOv8-seg network');
    expect(mismatch(new Map())).toContain('351 missing');
  });

  test('shapes of absurd size are refused without being made', () => {
    const tensors = shapesOf(architectureFor(YOLOV8_SEG, 'n'));
    tensors.set('model.0.conv.weight', shapeOnly([2 ** 40, 3, 3, 3]));
    expect(mismatch(tensors)).toContain('model.0.bn.weight [16] instead of [1099511627776]');
  });

  test("tensors of one scale do not pass as another's", () => {
    expect(() => {
      checkTensors(shapesOf(architectureFor(YOLOV8_SEG, 'n')), architectureFor(YOLOV8_SEG, 's'));
    }).toThrow(/looks most like scale n, of whose tensors 100 % fit/);
  });

  test.each(['n', 's', 'm', 'l', 'x'] as const)('a damaged %s is closest to itself', (scale) => {
    const tensors = shapesOf(architectureFor(YOLOV8_SEG, scale));
    [...tensors.keys()].filter((_, i) => i % 3 === 0).forEach((name) => tensors.delete(name));
    expect(closestArchitecture(tensors).architecture.scale).toBe(scale);
  });
});
