import { describe, expect, test } from 'vitest';
import { drawObjects, type DrawnObject, type DrawOptions } from '../../../src/draw/drawObjects.js';
import type { Rgb } from '../../../src/draw/palette.js';
import { contactSheet } from '../../../src/draw/sheet.js';
import type { RgbImage } from '../../../src/image/rgbImage.js';
import { drawPromptRecord, type PromptRecord } from '../../../src/prompt/kinds/list.js';
import type { Canvas } from '../../../src/draw/canvas.js';
import { maskOf, rectMask } from '../../support/masks.js';
import { greyImage } from '../../support/images.js';

const RED: Rgb = [255, 0, 0];
const BLUE: Rgb = [0, 0, 255];

const grey = (width: number, height: number, value = 100): RgbImage => greyImage(width, height, value);

const object = (id: number, mask: DrawnObject['mask'], box: DrawnObject['box'] = [0, 0, 1, 1]): DrawnObject => ({
  ...{ id, mask, box, label: `${id}` },
});

/** What draws a prompt. */
const marks = (record: PromptRecord) => (canvas: Canvas) => {
  drawPromptRecord(canvas, record);
};

/** One letter a pixel, rows of text: what the image shows. */
function look(image: RgbImage, letters: Record<string, readonly number[]>): string[] {
  const names = new Map(Object.entries(letters).map(([letter, rgb]) => [rgb.join(), letter]));
  return Array.from({ length: image.height }, (_, y) =>
    Array.from({ length: image.width }, (_, x) => {
      const p = (y * image.width + x) * 3;
      return names.get(image.data.slice(p, p + 3).join()) ?? '?';
    }).join(''),
  );
}

const fillOnly: DrawOptions = { contours: false, colours: [RED, BLUE] };
const letters = { '.': [100, 100, 100], r: [178, 50, 50], b: [50, 50, 178] };

describe('filled masks', () => {
  test('are blended once with the smallest on top, whatever the order', () => {
    const big = object(0, maskOf('####', '####', '....'));
    const small = object(1, maskOf('.#..', '.##.', '.#..'));
    const expected = ['rbrr', 'rbbr', '.b..'];
    expect(look(drawObjects(grey(4, 3), [big, small], null, fillOnly), letters)).toEqual(expected);
    expect(look(drawObjects(grey(4, 3), [small, big], null, fillOnly), letters)).toEqual(expected);
  });

  test('show the first of equals', () => {
    const mask = maskOf('##');
    expect(look(drawObjects(grey(2, 1), [object(1, mask), object(0, mask)], null, fillOnly), letters)).toEqual(['bb']);
  });

  test('reach every pixel of rows longer than a word', () => {
    const image = drawObjects(grey(100, 2), [object(0, rectMask(100, 2, [3, 0, 93, 2]))], null, fillOnly);
    expect(look(image, letters)).toEqual(new Array(2).fill(`...${'r'.repeat(90)}.......`));
  });

  test('are opaque at alpha 1 and unseen at alpha 0', () => {
    const objects = [object(0, maskOf('#.'))];
    const pixels = (alpha: number): number[] =>
      Array.from(drawObjects(grey(2, 1), objects, null, { ...fillOnly, alpha }).data);
    expect(pixels(1)).toEqual([255, 0, 0, 100, 100, 100]);
    expect(pixels(0)).toEqual([100, 100, 100, 100, 100, 100]);
  });

  test('stand out when the rest is dimmed', () => {
    const image = drawObjects(grey(2, 1), [object(0, maskOf('#.'))], null, { ...fillOnly, alpha: 0, dim: 0.5 });
    expect(Array.from(image.data)).toEqual([100, 100, 100, 50, 50, 50]);
  });

  test('leave the given image as it is', () => {
    const image = grey(2, 1);
    drawObjects(image, [object(0, maskOf('##'))]);
    expect(image.data).toEqual(grey(2, 1).data);
  });
});

describe('outlines', () => {
  const outline = (objects: DrawnObject[], width: number, height: number, lineWidth = 1): string[] => {
    const image = drawObjects(grey(width, height), objects, null, { masks: false, lineWidth, colours: [RED, BLUE] });
    const at = (p: number): string => {
      const [r, , b] = image.data.slice(p, p + 3);
      if (r > 200) return 'r';
      return b > 200 ? 'b' : '.';
    };
    return Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => at((y * width + x) * 3)).join(''),
    );
  };

  test('run along the inside of the mask', () => {
    expect(outline([object(0, rectMask(7, 7, [1, 1, 6, 6]))], 7, 7)).toEqual([
      '.......',
      '.rrrrr.',
      '.r...r.',
      '.r...r.',
      '.r...r.',
      '.rrrrr.',
      '.......',
    ]);
  });

  test('are as wide as asked', () => {
    expect(outline([object(0, rectMask(9, 3, [1, 0, 8, 3]))], 9, 3, 2)).toEqual(new Array(3).fill('.rr...rr.'));
  });

  test('are not drawn where the image ends', () => {
    expect(outline([object(0, rectMask(4, 3, [0, 0, 4, 3]))], 4, 3)).toEqual(['....', '....', '....']);
  });

  test('belong to the object on top', () => {
    const objects = [object(0, rectMask(8, 1, [0, 0, 8, 1])), object(1, rectMask(8, 1, [3, 0, 6, 1]))];
    expect(outline(objects, 8, 1)).toEqual(['...b.b..']);
  });
});

describe('prompts and labels', () => {
  const count = (image: RgbImage, test: (r: number, g: number, b: number) => boolean): number => {
    let n = 0;
    for (let p = 0; p < image.data.length; p += 3) if (test(image.data[p], image.data[p + 1], image.data[p + 2])) n++;
    return n;
  };
  const green = (r: number, g: number, b: number): boolean => g > r + 60 && g > b + 60;
  const red = (r: number, g: number, b: number): boolean => r > g + 60 && r > b + 60;

  test('tell foreground from background by colour and by sign', () => {
    const fore = drawObjects(grey(60, 60), [], marks({ points: [[30, 30]], labels: [1] }));
    const back = drawObjects(grey(60, 60), [], marks({ points: [[30, 30]], labels: [0] }));
    expect(count(fore, green)).toBeGreaterThan(20);
    expect(count(fore, red)).toBe(0);
    expect(count(back, red)).toBeGreaterThan(20);
    const white = (image: RgbImage, x: number, y: number): boolean => image.data[(y * 60 + x) * 3 + 1] === 255;
    expect([white(fore, 31, 30), white(fore, 30, 31)]).toEqual([true, true]);
    expect([white(back, 31, 30), white(back, 30, 31)]).toEqual([true, false]);
  });

  test('take points without a label as foreground', () => {
    expect(count(drawObjects(grey(60, 60), [], marks({ points: [[30, 30]] })), green)).toBeGreaterThan(20);
  });

  test('draw boxes as dashes of black and white on the box’s own pixels', () => {
    const image = drawObjects(grey(40, 40), [], marks({ boxes: [[10, 5, 30, 25]] }));
    expect(count(image, (r) => r !== 100)).toBe(2 * 20 + 2 * 18);
    expect(count(image, (r) => r > 240)).toBeGreaterThan(20);
    expect(count(image, (r) => r < 10)).toBeGreaterThan(20);
  });

  test('survive coordinates outside the image', () => {
    const prompt = {
      boxes: [[-50, -50, 500, 500]],
      points: [
        [-10, 5],
        [1e3, 1e3],
      ],
      texts: ['x'.repeat(99)],
    };
    expect(drawObjects(grey(20, 20), [], marks(prompt), { labels: true }).data).toHaveLength(1200);
  });

  test('are left out on request', () => {
    const image = drawObjects(grey(20, 20), [], marks({ points: [[10, 10]], texts: ['a'] }), { prompt: false });
    expect(image.data).toEqual(grey(20, 20).data);
  });

  test('draw the object’s box in its colour', () => {
    const objects = [object(0, rectMask(10, 10, [0, 0, 1, 1]), [2, 3, 8, 9])];
    const image = drawObjects(grey(10, 10), objects, null, {
      ...{ masks: false, contours: false, boxes: true, colours: [RED] },
    });
    expect(look(image, { '.': [100, 100, 100], r: [255, 0, 0] })).toEqual([
      ...['..........', '..........', '..........', '..rrrrrr..', '..r....r..'],
      ...['..r....r..', '..r....r..', '..r....r..', '..rrrrrr..', '..........'],
    ]);
  });

  test('never lay one label over another', () => {
    const objects = Array.from({ length: 30 }, (_, i) =>
      object(0, rectMask(90, 60, [0, 0, 1, 1]), [10 + i, 20, 60, 40]),
    );
    const options: DrawOptions = { masks: false, contours: false, labels: true, colours: [RED] };
    const one = drawObjects(grey(90, 60), objects.slice(0, 1), null, options);
    const all = drawObjects(grey(90, 60), objects, null, options);
    const plate = count(one, (r, g) => r !== 100 || g !== 100);
    const covered = count(all, (r, g) => r !== 100 || g !== 100);
    expect(covered % plate).toBe(0);
    expect(covered).toBeGreaterThan(plate);
  });
});

describe('options', () => {
  test('are checked', () => {
    for (const bad of [{ alpha: 1.1 }, { alpha: NaN }, { dim: -0.1 }, { lineWidth: -1 }]) {
      expect(() => drawObjects(grey(2, 2), [], null, bad)).toThrow('got');
    }
  });
});

describe('contact sheet', () => {
  test('lays images in rows below each other, made smaller to fit', () => {
    const cells = [grey(64, 32, 10), grey(20, 40, 20), grey(8, 8, 30)].map((image, i) => ({ image, caption: `${i}` }));
    const sheet = contactSheet(cells, { columns: 2, cellSize: 32 });
    expect([sheet.width, sheet.height]).toEqual([2 * 40 + 8, 8 + 32 + 22 + 8 + 22]);
    const at = (x: number, y: number): number => sheet.data[(y * sheet.width + x) * 3];
    expect([at(8, 8), at(39, 23), at(8, 24)]).toEqual([10, 10, 245]);
    expect([at(48, 8), at(48 + 15, 39), at(48 + 16, 8)]).toEqual([20, 20, 245]);
    expect([at(8, 62), at(15, 69), at(16, 62)]).toEqual([30, 30, 245]);
  });

  test('averages what it shrinks', () => {
    const image = { data: Uint8Array.of(0, 0, 0, 100, 100, 100, 50, 50, 50, 250, 250, 250), width: 4, height: 1 };
    const sheet = contactSheet([{ image, caption: '' }], { cellSize: 2 });
    expect([sheet.data[(8 * sheet.width + 8) * 3], sheet.data[(8 * sheet.width + 9) * 3]]).toEqual([50, 150]);
  });

  test('needs an image', () => {
    expect(() => contactSheet([])).toThrow('no images');
  });
});
