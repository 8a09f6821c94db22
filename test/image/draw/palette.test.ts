import { describe, expect, test } from 'vitest';
import { colourDistance, colourOf, inkOn, PALETTE_SIZE, shade } from '../../../src/draw/palette.js';

describe('palette', () => {
  const colours = Array.from({ length: 300 }, (_, id) => colourOf(id));

  test('keeps 300 colours apart', () => {
    let nearest = Infinity;
    for (let i = 0; i < colours.length; i++) {
      for (let j = 0; j < i; j++) nearest = Math.min(nearest, colourDistance(colours[i], colours[j]));
    }
    expect(nearest).toBeGreaterThan(0.035);
  });

  test('keeps the first ten far apart', () => {
    for (let i = 0; i < 10; i++) {
      for (let j = 0; j < i; j++) expect(colourDistance(colours[i], colours[j])).toBeGreaterThan(0.15);
    }
  });

  test('begins again after its end and takes any whole number', () => {
    expect(colourOf(PALETTE_SIZE + 3)).toEqual(colourOf(3));
    expect(colourOf(-1)).toEqual(colourOf(PALETTE_SIZE - 1));
  });

  test('is the same in every run', () => {
    expect(colours.slice(0, 3)).toEqual([
      [14, 120, 228],
      [101, 254, 58],
      [251, 51, 33],
    ]);
  });

  test('measures black to white as 1 and puts readable ink on both', () => {
    expect(colourDistance([0, 0, 0], [255, 255, 255])).toBeCloseTo(1, 5);
    expect(inkOn([255, 240, 0])).toEqual([0, 0, 0]);
    expect(inkOn([0, 0, 160])).toEqual([255, 255, 255]);
  });

  test('shades towards white and black', () => {
    expect(shade([100, 0, 255], 1)).toEqual([255, 255, 255]);
    expect(shade([100, 0, 250], -0.5)).toEqual([50, 0, 125]);
  });
});
