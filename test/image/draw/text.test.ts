import { describe, expect, test } from 'vitest';
import { lineWidth, type Canvas } from '../../../src/draw/canvas.js';
import { GLYPH_ROWS, glyphOf } from '../../../src/draw/font.js';
import { drawText, textScale, textSize } from '../../../src/draw/text.js';

const blank = (width: number, height: number): Canvas => ({ data: new Uint8Array(width * height * 3), width, height });

function ink(canvas: Canvas): string[] {
  return Array.from({ length: canvas.height }, (_, y) =>
    Array.from({ length: canvas.width }, (_, x) => (canvas.data[(y * canvas.width + x) * 3] > 127 ? '#' : '.')).join(
      '',
    ),
  );
}

describe('text', () => {
  test('writes its dots as they are at magnification 1', () => {
    const canvas = blank(9, 8);
    drawText(canvas, '1A', 0, 0, 1, [255, 255, 255]);
    expect(ink(canvas)).toEqual([
      '.#...###.',
      '##..#...#',
      '.#..#...#',
      '.#..#####',
      '.#..#...#',
      '.#..#...#',
      '###.#...#',
      '.........',
    ]);
  });

  test('takes the room that it says', () => {
    expect(textSize('1A', 1)).toEqual({ width: 9, height: 8 });
    expect(textSize('1A', 3)).toEqual({ width: 27, height: 24 });
    expect(textSize('', 2)).toEqual({ width: 0, height: 16 });
  });

  test('stays connected when magnified: the arms of an X meet', () => {
    const canvas = blank(20, 32);
    drawText(canvas, 'X', 0, 0, 4, [255, 255, 255]);
    expect(
      ink(canvas)
        .slice(0, 28)
        .every((row) => row.includes('#')),
    ).toBe(true);
    expect(ink(canvas)[14]).toMatch(/^\.+#+\.+$/);
  });

  test('has a different shape for every printable ASCII character', () => {
    const seen = new Map<string, string>();
    for (let code = 33; code < 127; code++) {
      const character = String.fromCharCode(code);
      const { rows, width } = glyphOf(character);
      expect(rows).toHaveLength(GLYPH_ROWS);
      expect(width).toBeGreaterThan(0);
      const shape = `${width}:${rows.join()}`;
      expect(`${character} like ${seen.get(shape) ?? 'none'}`).toMatch(/like (none|O)$|^O like 0$/);
      seen.set(shape, character);
    }
  });

  test('writes a question mark for characters that it lacks', () => {
    expect(glyphOf('猫')).toBe(glyphOf('?'));
    expect(textSize('🐕', 1)).toEqual(textSize('?', 1));
  });

  test('grows with the image, as lines do', () => {
    expect([textScale(200, 112), textScale(1920, 1080), textScale(3840, 2160)]).toEqual([1, 2, 5]);
    expect([lineWidth(200, 112), lineWidth(1920, 1080), lineWidth(3840, 2160)]).toEqual([1, 5, 9]);
  });
});
