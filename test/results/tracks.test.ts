import { describe, expect, test } from 'vitest';
import { colourOf } from '../../src/draw/palette.js';
import { rectMask } from '../support/masks.js';
import { resultsOf } from '../support/results.js';
import { violations } from '../support/schema.js';

const masks = [rectMask(8, 8, [0, 0, 4, 4]), rectMask(8, 8, [4, 0, 7, 3]), rectMask(8, 8, [0, 4, 2, 8])];
const tracked = () => resultsOf(masks, { trackIds: Int32Array.of(7, 3, 9), frame: { index: 12, time: 0.48 } });
const ids = (results: { readonly trackIds?: Int32Array }) => Array.from(results.trackIds ?? []);

describe('track ids', () => {
  test('are absent where nothing was tracked', () => {
    const plain = resultsOf(masks);
    expect(plain.trackIds).toBeUndefined();
    expect(plain.at(0)).not.toHaveProperty('trackId');
    expect(plain.toJSON().masks[0]).not.toHaveProperty('track_id');
    expect(plain.toCoco()[0]).not.toHaveProperty('track_id');
    expect(plain.toJSON()).not.toHaveProperty('frame');
  });

  test('stay with their objects', () => {
    const results = tracked();
    expect(results.map(({ trackId }) => trackId)).toEqual([7, 3, 9]);
    expect(ids(results.select([2, 0, 2]))).toEqual([9, 7, 9]);
    expect(ids(results.filter(({ trackId }) => trackId !== 7))).toEqual([3, 9]);
    expect(ids(results.sort((a, b) => (a.trackId ?? 0) - (b.trackId ?? 0)))).toEqual([3, 7, 9]);
    expect(ids(results.prompt({ points: [[5, 1]] }))).toEqual([3]);
    expect(ids(results.prompt({ boxes: [[0, 4, 2, 8]] }))).toEqual([9]);
    expect(ids(results.prompt({ points: [[1, 1]], pick: 'merge' }))).toEqual([7]);
    expect(ids(results.refine({ largest: true }))).toEqual([7, 3, 9]);
    expect(results.select([1]).frame).toEqual({ index: 12, time: 0.48 });
  });

  test('are one for each object', () => {
    expect(() => resultsOf(masks, { trackIds: Int32Array.of(1) })).toThrow(/trackIds: got 1 entries, expected 3/);
  });

  test('are in the files', () => {
    const results = tracked();
    const json = JSON.parse(JSON.stringify(results)) as { frame: number; time: number; masks: { track_id: number }[] };
    expect(json).toMatchObject({ frame: 12, time: 0.48, masks: [{ track_id: 7 }, { track_id: 3 }, { track_id: 9 }] });
    expect(violations(json)).toEqual([]);
    expect(violations({ ...json, masks: [{ ...json.masks[0], track_id: 0 }] })).not.toEqual([]);
    expect(results.toCoco().map((annotation) => annotation.track_id)).toEqual([7, 3, 9]);
    // Ultralytics' save_txt: class, outline, score where asked for, id.
    const lines = results.toYolo({ saveConf: true }).trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ').slice(-2))).toEqual([
      ['0.75', '7'],
      ['0.375', '3'],
      ['0.1875', '9'],
    ]);
    expect(results.toYolo().split('\n')[0]).toBe(`${resultsOf(masks).toYolo().split('\n')[0]} 7`);
  });

  test('are lines of the MOTChallenge', () => {
    const boxes = Float32Array.of(0, 0, 4, 4, 4.25, 0.5, 7, 3, 0, 4, 2, 8);
    expect(tracked().with({ boxes }).toMot().split('\n')).toEqual([
      '13,7,0,0,4,4,0.75,-1,-1,-1',
      '13,3,4.25,0.5,2.75,2.5,0.375,-1,-1,-1',
      '13,9,0,4,2,4,0.1875,-1,-1,-1',
      '',
    ]);
    expect(resultsOf(masks).toMot()).toBe('');
  });

  test('give objects their colours', () => {
    const pixel = (data: Uint8Array, x: number, y: number) =>
      Array.from(data.subarray((y * 8 + x) * 3, (y * 8 + x) * 3 + 3));
    const { data } = tracked().plot({ alpha: 1, contours: false });
    expect(pixel(data, 1, 1)).toEqual(colourOf(7));
    expect(pixel(data, 5, 1)).toEqual(colourOf(3));
    expect(pixel(tracked().select([1]).plot({ alpha: 1, contours: false }).data, 5, 1)).toEqual(colourOf(3));
  });
});
