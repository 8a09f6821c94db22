import { describe, expect, test } from 'vitest';
import { parseYoloLabels, type YoloLabels } from '../../src/evaluate/yolo/labels.js';

function sound(text: string, classes?: number): YoloLabels {
  const read = parseYoloLabels(text, classes);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

describe('label files', () => {
  test('outlines and boxes, repeated lines once', () => {
    const { objects, repeated } = sound('2 0.25 0.25 0.75 0.25 0.5 0.5\n2 0.25 0.25 0.75 0.25 0.5 0.5\n');
    expect(objects).toEqual([
      {
        class: 2,
        outline: Float32Array.of(0.25, 0.25, 0.75, 0.25, 0.5, 0.5),
        box: Float32Array.of(0.5, 0.375, 0.5, 0.25),
      },
    ]);
    expect(repeated).toBe(1);
    expect(sound('0 0.5 0.5 0.5 0.5').objects).toHaveLength(1);
    expect(sound(' \n').objects).toEqual([]);
  });

  test.each([
    ['0 0.5 0.5 0.2 0.2\n0 0.50 0.5 .2 2e-1\n0.0 +0.5 0.500 0.2 0.2', 1, 2],
    ['0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.2 0.2', 2, 0],
    ['0 0.1 0.1 0.9 0.1 0.5 0.9\n0 0.10 0.1 0.9 0.1 0.5 0.9', 1, 1],
    ['0 0.1 0.1 0.9 0.1 0.5 0.9\n0 0.9 0.1 0.1 0.1 0.5 0.9', 2, 0], // one box, another start: two outlines
    ['0 0.5 0.5 0.2 0.2\r\n0 0.5 0.5 0.2 0.2\r0 0.4 0.4 0.2 0.2', 2, 1],
  ])('%j: numbers are compared, not their spelling', (text, objects, repeated) => {
    expect(sound(text).objects).toHaveLength(objects);
    expect(sound(text).repeated).toBe(repeated);
  });

  test('a corner may leave the image, as long as centre and size of the box do not', () => {
    expect(sound('0 0.3 0.3 1.03 0.3 0.6 0.7').objects).toHaveLength(1);
    expect(sound('0 -0.3 0.1 0.7 -0.2 0.6 0.8').objects).toHaveLength(1);
    expect(sound('0 1.01 0.5 0.2 0.2').objects).toHaveLength(1);
    expect(sound('0 -0.01 0.5 0.2 0.2').objects).toHaveLength(1);
  });

  test.each([
    ['x 0.1 0.2 0.3 0.4', /'x', which is no number/],
    ['0 nan 0.2 0.3 0.4', /'nan', which is no number/],
    ['0 0x1 0.2 0.3 0.4', /'0x1', which is no number/],
    ['0.5 0.1 0.2 0.3 0.4', /class 0\.5/],
    ['-1 0.1 0.2 0.3 0.4', /class -1/],
    ['0 0.1 0.2 0.3', /line of 4 numbers/],
    ['0 0.1 0.2 0.3 0.4 0.5', /line of 6 numbers/],
    ['0 0.1 0.2 0.3 0.4 0.5 0.6 0.7', /line of 8 numbers/],
    ['0 0.1 0.2 0.3 0.4\n0 0.1 0.1 0.2 0.2 0.3 0.3', /boxes among/],
    ['0 0.1 0.2 0.3 1.4', /height 1\.4, outside/],
    ['0 0.1 0.2 0.3 -0.001', /height -0\.001, outside/],
    ['0 -0.02 0.2 0.3 0.1', /centre x -0\.02, outside/],
    ['0 1e39 0.2 0.3 0.1', /centre x Infinity, outside/],
    ['0 1e39 0.2 0.3 0.1 0.5 0.5', /outside/],
  ])('%j is named', (text, reason) => {
    expect(parseYoloLabels(text)).toMatch(reason);
  });

  test('classes are bounded where they count', () => {
    expect(parseYoloLabels('3 0.1 0.2 0.3 0.4', 3)).toMatch(/class 3, where the yaml has 0 to 2/);
    expect(sound('3 0.1 0.2 0.3 0.4').objects).toHaveLength(1);
  });

  test('a file of many corners is read without a stack of them', () => {
    const corners = Array.from({ length: 200_000 }, (_, i) => `0.${i % 10}`).join(' ');
    expect(sound(`0 ${corners}\n0 ${corners}`).repeated).toBe(1);
  });
});
