/** The app's settings beside the options of `segment`. */
import { describe, expect, test } from 'vitest';
import { LEFT_OUT, rerunFor, SETTING_ROWS } from '../../app/src/state/settingRows.js';
import { SEGMENT_OPTIONS } from '../../src/model/options.js';

describe('settings of the app', () => {
  test('every option of segment is a setting, or it is said why not', () => {
    const shown = SETTING_ROWS.map(({ name }) => name);
    expect([...shown, ...Object.keys(LEFT_OUT)].sort()).toEqual(Object.keys(SEGMENT_OPTIONS).sort());
  });

  test('a change runs only what it must', () => {
    const usual = { conf: 0.25 };
    expect(rerunFor({}, {}, usual)).toBe('none');
    expect(rerunFor({}, { conf: 0.5 }, usual)).toBe('filter');
    expect(rerunFor({ conf: 0.5 }, { conf: 0.3 }, usual)).toBe('select');
    expect(rerunFor({}, { conf: 0.2 }, usual)).toBe('select');
    expect(rerunFor({ conf: 0.5 }, {}, usual)).toBe('select');
    expect(rerunFor({}, { conf: 0.5, iou: 0.5 }, usual)).toBe('select');
    expect(rerunFor({}, { imgsz: 640 }, usual)).toBe('network');
    expect(rerunFor({}, { conf: 0.5, square: true }, usual)).toBe('network');
  });
});
