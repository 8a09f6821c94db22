/** The matchers themselves: what they accept, what they refuse, and what they say then. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Mask } from '../../src/mask/mask.js';
import { maskInWindow, maskOf, rectMask } from '../support/masks.js';

describe('toBeAllclose', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  test('takes a share of each expected value and a fixed difference, as numpy.allclose', () => {
    expect([100.9, 0]).toBeAllclose([100, 0], { rtol: 0.01 });
    expect([101.1, 0]).not.toBeAllclose([100, 0], { rtol: 0.01 });
    expect([100, 0.9]).not.toBeAllclose([100, 1], { rtol: 0.01 });
    expect([100, 0.9]).toBeAllclose([100, 1], { atol: 0.11 });
    expect([101.1, 0.1]).toBeAllclose([100, 0], { rtol: 0.01, atol: 0.1 });
    expect([101.2, 0.1]).not.toBeAllclose([100, 0], { rtol: 0.01, atol: 0.1 });
  });

  test('is strict by itself, and knows no other tolerance than the one that is given', () => {
    expect([1, 0]).toBeAllclose([1 + 9e-6, 9e-9]);
    expect([1]).not.toBeAllclose([1 + 2e-5]);
    expect([0]).not.toBeAllclose([2e-8]);
    expect([1000.001]).not.toBeAllclose([1000], { atol: 1e-4 });
    expect([1e-9]).not.toBeAllclose([0], { rtol: 0.5 });
    expect([7, 8]).toBeAllclose([7, 8], { atol: 0 });
  });

  test('can take the share of the largest value of a row, or of all', () => {
    const expected = [
      [1000, 1],
      [2, 1],
    ];
    const within = [
      [1000, 1.9],
      [2, 1.001],
    ];
    expect(within).toBeAllclose(expected, { rtol: 1e-3, relativeTo: 'row' });
    expect(within).not.toBeAllclose(expected, { rtol: 1e-3 });
    const apart = [
      [1000, 1],
      [2, 1.9],
    ];
    expect(apart).toBeAllclose(expected, { rtol: 1e-3, relativeTo: 'largest' });
    expect(apart).not.toBeAllclose(expected, { rtol: 1e-3, relativeTo: 'row' });
  });

  test('reads numbers, typed arrays, nested arrays and tensors', () => {
    expect(1).toBeAllclose(1);
    expect(Float32Array.of(1, 2)).toBeAllclose([1, 2]);
    expect([Float32Array.of(1, 2), [3, 4]]).toBeAllclose([
      [1, 2],
      [3, 4],
    ]);
    const tensor = tf.tensor2d([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
    expect(tensor).toBeAllclose([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
    expect(tensor).toBeAllclose(Uint8Array.of(1, 2, 3, 4, 5, 6)); // a flat list fits any shape
    expect([1, 2, 3, 4, 5, 7]).not.toBeAllclose(tensor);
    tensor.dispose();
  });

  test.each([
    [[1, 2, 3], [1, 2], 'got values of shape [3], expected [2]'],
    [[[1, 2], [3, 4]], [[1], [2], [3], [4]], 'got values of shape [2, 2], expected [4, 1]'], // prettier-ignore
    [1, [1, 2], 'got values of shape [], expected [2]'],
    [[1, [2]], [1, 2], 'got rows of different shapes, expected [] in all'],
    ['12', [1, 2], 'got 12, expected numbers'],
    [{}, [1], 'got Object, expected numbers'],
    [undefined, [1], 'got undefined, expected numbers'],
    [null, [1], 'got null, expected numbers'],
  ])('refuses %j beside %j', (actual, expected, message) => {
    expect(() => {
      expect(actual).toBeAllclose(expected, { atol: 9 });
    }).toThrow(message);
  });

  test('NaN is close to nothing, an infinity to itself alone', () => {
    const lenient = { rtol: 1, atol: 1e9 };
    expect([NaN]).not.toBeAllclose([0], lenient);
    expect([0]).not.toBeAllclose([NaN], lenient);
    expect([NaN]).not.toBeAllclose([NaN], lenient);
    expect([Infinity, -Infinity]).toBeAllclose([Infinity, -Infinity]);
    expect([1]).not.toBeAllclose([Infinity], lenient);
    expect([-Infinity]).not.toBeAllclose([Infinity], lenient);
    expect([Infinity]).not.toBeAllclose([1], lenient);
    expect([5, NaN]).not.toBeAllclose([5, Infinity], { ...lenient, relativeTo: 'largest' });
  });

  test('no values are as none', () => {
    expect([]).toBeAllclose(new Float32Array(0));
    expect([]).not.toBeAllclose([0]);
  });

  test.each<[unknown, number[][], string]>([
    [
      [[1, 2], [3.5, 4.25]],
      [[1, 2], [3, 4]],
      '2 of 4 values out of tolerance; largest difference 0.5 at [1, 0]: got 3.5, expected 3, allowed 0.1',
    ],
    [
      [[1.09, 2], [3, 4.125]],
      [[1, 2], [3, 4]],
      '1 of 4 values out of tolerance; largest difference 0.125 at [1, 1]: got 4.125, expected 4, allowed 0.1',
    ],
    [
      [[9, NaN], [3, NaN]],
      [[1, 2], [3, 4]],
      '3 of 4 values out of tolerance; largest difference NaN at [0, 1]: got NaN, expected 2, allowed 0.1',
    ],
  ])('a failure names the largest difference: %j', (actual, expected, message) => {
    expect(() => {
      expect(actual, 'boxes').toBeAllclose(expected, { atol: 0.1 });
    }).toThrow(`boxes: ${message}`);
  }); // prettier-ignore

  test('a failed denial says how close they are', () => {
    expect(() => {
      expect([1, 2.5]).not.toBeAllclose([1, 2], { atol: 1 });
    }).toThrow('all 2 values are within tolerance; largest difference 0.5 at [1]: got 2.5, expected 2, allowed 1');
  });
});

describe('toEqualMask', () => {
  test('compares pixels, whatever the windows', () => {
    const mask = maskOf('....', '.##.', '....');
    expect(mask).toEqualMask(maskInWindow([4, 3], [1, 1, 2, 1], () => true));
    expect(mask).toEqualMask('....', '.##.', '....');
    expect(mask).not.toEqualMask('....', '.#..', '....');
    expect(mask).not.toEqualMask('....', '.##.', '#...');
    expect(Mask.empty(2, 1)).toEqualMask('..');
  });

  test('a failure draws both and what differs', () => {
    expect(() => {
      expect(maskOf('##........', '.#........')).toEqualMask('#.........', '##........');
    }).toThrow(
      [
        'masks differ at 2 of 20 pixels:',
        'got         expected    + too many, - missing',
        '##........  #.........  #+........',
        '.#........  ##........  -#........',
      ].join('\n'),
    );
  });

  test('of large masks it draws what surrounds the difference', () => {
    const expected = rectMask(640, 480, [100, 200, 300, 400]);
    const actual = rectMask(640, 480, [100, 200, 301, 202]);
    expect(() => {
      expect(actual).toEqualMask(expected);
    }).toThrow(/^masks differ at 39602 of 307200 pixels:\n[^]*\n\(columns 98 to 157, rows 198 to 227\)$/);
    expect(() => {
      expect(maskInWindow([640, 480], [639, 479, 1, 1], () => true)).toEqualMask(Mask.empty(640, 480));
    }).toThrow(['...       ...       ...', '...       ...       ...', '..#       ...       ..+'].join('\n'));
  });

  test('refuses another size, and what is no mask', () => {
    expect(() => {
      expect(maskOf('##')).toEqualMask('#', '#');
    }).toThrow('got a mask of 2 x 1 pixels, expected 1 x 2');
    expect(() => {
      expect(undefined).toEqualMask('#');
    }).toThrow('got undefined, expected a mask');
  });
});
