/** Rows of options: what they take, what they say, what is made of them. */
import { describe, expect, test } from 'vitest';
import { jsonSchemaOf } from '../../src/options/jsonSchema.js';
import { flag, imageSize, integer, number, oneOf, signal, text } from '../../src/options/kinds.js';
import { editDistance, nearestNames, unknownOption } from '../../src/options/names.js';
import { resolve } from '../../src/options/resolve.js';
import { omitRows, pickRows, withDefault } from '../../src/options/row.js';
import { SEGMENT_OPTIONS } from '../../src/model/options.js';

const TABLE = {
  conf: number(0, 1, { text: 'score', default: 0.25 }),
  maxDet: integer(1, 300, { text: 'most' }),
  imgsz: imageSize(1, 8192, { text: 'size' }),
  square: flag({ text: 'square', default: false }),
  compat: oneOf(['ultralytics', 'casia'], { text: 'peer' }),
  split: text({ text: 'part' }),
  signal: signal(),
};
const given = (value: unknown) => value as Parameters<typeof resolve<typeof TABLE>>[1];

describe('resolve', () => {
  test('fills in the defaults: the given, the caller’s, the table’s', () => {
    expect(resolve(TABLE, { square: true, conf: undefined })).toEqual({
      conf: 0.25,
      maxDet: undefined,
      imgsz: undefined,
      square: true,
      compat: undefined,
      split: undefined,
      signal: undefined,
    });
    expect(resolve(TABLE, { maxDet: 2 }, { conf: 0.5, maxDet: 9 })).toMatchObject({ conf: 0.5, maxDet: 2 });
  });

  test.each([
    [{ conf: 2 }, 'conf: got 2, expected a number from 0 to 1'],
    [{ conf: NaN }, 'conf: got NaN, expected a number from 0 to 1'],
    [{ conf: null }, 'conf: got null, expected a number from 0 to 1'],
    [{ conf: '0.5' }, "conf: got '0.5', expected a number from 0 to 1"],
    [{ maxDet: 1.5 }, 'maxDet: got 1.5, expected a whole number from 1 to 300'],
    [{ maxDet: 301 }, 'maxDet: got 301, expected a whole number from 1 to 300'],
    [{ imgsz: [32, 0] }, 'imgsz[1]: got 0, expected a whole number from 1 to 8192'],
    [{ imgsz: [1, 2, 3] }, 'imgsz: got [1, 2, 3], expected a whole number from 1 to 8192, or [height, width]'],
    [{ square: 1 }, 'square: got 1, expected true or false'],
    [{ compat: 'sam' }, "compat: got 'sam', expected one of ultralytics, casia"],
    [{ split: '' }, "split: got '', expected a text"],
    [{ signal: {} }, 'signal: got an object (Object), expected an AbortSignal'],
    [null, 'options: got null, expected an object'],
    [[1], 'options: got [1], expected an object'],
  ])('%j: %s', (options, message) => {
    let error: unknown;
    try {
      resolve(TABLE, given(options));
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message });
  });

  test('an object inside options is named with its path', () => {
    expect(() => resolve(TABLE, { conf: 3 }, {}, 'nms.')).toThrow('nms.conf: got 3');
  });

  test('names without a value are absent, known or not', () => {
    expect(resolve(TABLE, given({ nonsense: undefined })).conf).toBe(0.25);
  });

  test('needs what is required', () => {
    expect(() => resolve({ width: integer(1, 9, { text: 'w', required: true }) }, {})).toThrow(
      'width: got none, expected a whole number from 1 to 9',
    );
  });
});

describe('unknown names', () => {
  const known = ['conf', 'iou', 'maxDet', 'retinaMasks', 'boxes', 'labels', 'imageId', 'dropContained'];

  test.each([
    ['confidence', 'option "confidence": not known; did you mean conf? Known are conf, iou, '],
    ['ocnf', 'option "ocnf": not known; did you mean conf?'],
    ['maxdet', 'option "maxdet": is called maxDet here'],
    ['pointLabels', 'option "pointLabels": is called labels here'],
    ['vidStride', 'option "vidStride": not known; give it to openVideo(path, { stride }); known are '],
    ['device', 'option "device": not known; it belongs to FastSAM.load; known are '],
    ['dropcontained', 'option "dropcontained": not known; did you mean dropContained?'],
    ['max_det', 'option "max_det": is called maxDet here'],
    ['retina_masks', 'option "retina_masks": is called retinaMasks here'],
    ['drop_contained', 'option "drop_contained": is called dropContained here'],
    ['bboxes', 'option "bboxes": is called boxes here'],
    ['point_labels', 'option "point_labels": is called labels here'],
    ['image_id', 'option "image_id": is called imageId here'],
    ['texts', 'option "texts": not known; texts are prompts of their own: promptText(…); known are '],
    ['point_prompt', 'option "point_prompt": not known; give it to prompt({ points }); known are '],
    ['constructor', 'option "constructor": not known; known are conf, '],
    ['zzz', 'option "zzz": not known; known are conf, iou, '],
  ])('%s', (name, message) => {
    expect(unknownOption(name, known).slice(0, message.length)).toBe(message);
  });

  test('the nearest come first', () => {
    expect(nearestNames('box', ['boxRule', 'boxes', 'pick'])).toEqual(['boxRule', 'boxes']);
    expect(nearestNames('lables', known)).toEqual(['labels']);
  });

  test('edit distance counts a swap of neighbours once', () => {
    expect(['', 'conf', 'ocnf', 'config', 'iou'].map((name) => editDistance('conf', name))).toEqual([4, 0, 1, 2, 3]);
  });
});

describe('tables', () => {
  test('parts of a table, and rows with another default', () => {
    expect(Object.keys(pickRows(TABLE, ['split', 'conf']))).toEqual(['split', 'conf']);
    expect(Object.keys(omitRows(TABLE, ['signal', 'imgsz']))).toEqual(['conf', 'maxDet', 'square', 'compat', 'split']);
    const { conf, iou } = { ...SEGMENT_OPTIONS, conf: withDefault(SEGMENT_OPTIONS.conf, 0.1) };
    expect(resolve({ conf, iou }, {})).toEqual({ conf: 0.1, iou: undefined });
    expect('otherwise' in conf).toBe(false);
  });

  test('as JSON Schema', () => {
    expect(jsonSchemaOf(TABLE)).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: {
        conf: { type: 'number', minimum: 0, maximum: 1, description: 'score', default: 0.25 },
        maxDet: { type: 'integer', minimum: 1, maximum: 300, description: 'most' },
        imgsz: {
          anyOf: [
            { type: 'integer', minimum: 1, maximum: 8192 },
            {
              type: 'array',
              items: [
                { type: 'integer', minimum: 1, maximum: 8192 },
                { type: 'integer', minimum: 1, maximum: 8192 },
              ],
              minItems: 2,
              additionalItems: false,
            },
          ],
          description: 'size',
        },
        square: { type: 'boolean', description: 'square', default: false },
        compat: { enum: ['ultralytics', 'casia'], type: 'string', description: 'peer' },
        split: { type: 'string', minLength: 1, description: 'part' },
      },
    });
  });
});
