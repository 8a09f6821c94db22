/** Two models in one process: on one device, or the second is refused. Never the other device unnoticed. */
import { expect, test } from 'vitest';
import { FastSAM } from '../../src/index.js';
import { describeOnDevices } from '../support/devices.js';

describeOnDevices('a second model', ['native'], () => {
  test.each([
    ['wasm', 'cpu', 'native-cpu', 'wasm'],
    ['wasm', 'native-cpu', 'native-cpu', 'wasm'],
    ['cpu', 'wasm', 'wasm', 'native-cpu'],
  ] as const)('after one on %s, on %s, is refused; the advice works', async (first, second, wanted, held) => {
    const model = await FastSAM.load('demo', { device: first });
    try {
      await expect(FastSAM.load('demo', { device: second })).rejects.toMatchObject({
        code: 'DEVICE_UNAVAILABLE',
        message: expect.stringContaining(`loaded models run on ${held}, expected one device a process`) as string,
      });
      const alike = await FastSAM.load('demo', { device: held });
      expect(alike.info).toMatchObject({ device: held });
      expect(alike.info.deviceNote).toBeUndefined();
      alike.dispose();
    } finally {
      model.dispose();
    }
    const other = await FastSAM.load('demo', { device: second });
    expect(other.info.device).toBe(wanted);
    other.dispose();
  });
});
