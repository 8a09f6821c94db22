/** Settings that stay on this device. */
import { computed } from '@preact/signals';
import { isRecord, kept, oneOf } from './kept.js';
import { SETTING_ROWS, type Settings } from './settingRows.js';

/** Devices that a page may have. */
export const DEVICES = ['auto', 'webgpu', 'webgl', 'wasm'] as const;
export type DeviceSetting = (typeof DEVICES)[number];

function isSettings(value: unknown): value is Settings {
  if (!isRecord(value)) return false;
  return Object.entries(value).every(([name, one]) => {
    const row = SETTING_ROWS.find((each) => each.name === name);
    if (row === undefined) return false;
    if (row.kind === 'switch') return typeof one === 'boolean';
    if (row.kind === 'choice') return row.choices.some((choice) => choice === one);
    return typeof one === 'number' && one >= row.low && one <= row.high;
  });
}

export const settings = kept<Settings>('settings', {}, isSettings);
export const device = kept<DeviceSetting>('device', 'auto', oneOf(...DEVICES));
export const theme = kept<'system' | 'light' | 'dark'>('theme', 'system', oneOf('system', 'light', 'dark'));

/** Whether anything is not the model's own. */
export const isChanged = computed(() => Object.values(settings.value).some((value) => value !== undefined));
