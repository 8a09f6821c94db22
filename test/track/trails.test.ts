import { describe, expect, test } from 'vitest';
import { colourOf } from '../../src/draw/palette.js';
import { Trails } from '../../src/track/trails.js';
import { rectMask } from '../support/masks.js';
import { resultsOf } from '../support/results.js';

const SIZE = 32;

/** A frame with objects of 4 x 4 pixels at these places, by their track. */
function frame(places: Readonly<Record<number, readonly [number, number]>>) {
  const entries = Object.entries(places);
  return resultsOf(
    entries.map(([, [x, y]]) => rectMask(SIZE, SIZE, [x, y, x + 4, y + 4])),
    {
      image: { data: new Uint8Array(SIZE * SIZE * 3), width: SIZE, height: SIZE },
      boxes: Float32Array.from(entries.flatMap(([, [x, y]]) => [x, y, x + 4, y + 4])),
      trackIds: Int32Array.from(entries, ([id]) => Number(id)),
    },
  );
}

describe('trails', () => {
  test('keep the centres of the last frames, and no track for longer', () => {
    const trails = new Trails(3);
    const frames = Array.from({ length: 8 }, (_, t) => frame(t < 2 ? { 1: [t, 0], 2: [t, 8] } : { 1: [t, 0] }));
    for (const each of frames) trails.add(each);
    expect(trails.of(frames[7])).toEqual([
      {
        id: 1,
        points: [
          [6, 2],
          [7, 2],
          [8, 2],
          [9, 2],
        ],
      },
    ]);
    expect(trails.of(frames[0])[1]).toEqual({ id: 2, points: [] });
  });

  test('are drawn from the first place to the last, the past fainter', () => {
    const trails = new Trails(10);
    const last = frame({ 5: [26, 12] });
    for (const x of [2, 10, 18]) trails.add(frame({ 5: [x, 12] }));
    trails.add(last);
    const { data } = last.plot({ masks: false, contours: false, trails: trails.of(last) });
    const [red, green, blue] = colourOf(5);
    const strength = (x: number, y: number) => {
      const p = (y * SIZE + x) * 3;
      return (data[p] + data[p + 1] + data[p + 2]) / (red + green + blue);
    };
    expect(strength(25, 14)).toBeGreaterThan(0.4);
    expect(strength(6, 14)).toBeGreaterThan(0.05);
    expect(strength(6, 14)).toBeLessThan(strength(25, 14));
    expect(strength(16, 25)).toBe(0);
    expect(strength(2, 14)).toBe(0);
  });

  test('are refused for lengths that make no sense', () => {
    expect(() => new Trails(-1)).toThrow(/trails: got -1/);
    expect(new Trails(0).of(frame({}))).toEqual([]);
  });
});
