/** WebGPU in Node: what is said where a part of it is missing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findWebGpu, hasVulkan } from '../../src/platform/webGpu.js';

describe('WebGPU in Node', () => {
  test('is there, or a reason is', async () => {
    const found = await findWebGpu();
    expect(await findWebGpu()).toBe(found);
    if (found.available) expect(typeof found.gpu.requestAdapter).toBe('function');
    else expect(found.reason).toMatch(/not installed|two copies|no Vulkan|does not load/);
  });

  test('Vulkan is looked for where the system looks, on Linux alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fastsam-vulkan-'));
    try {
      expect(hasVulkan('darwin', '')).toBe(true);
      expect(hasVulkan('linux', folder)).toBe(hasVulkan('linux', ''));
      writeFileSync(join(folder, 'libvulkan.so.1'), '');
      expect(hasVulkan('linux', `/no/such/folder:${folder}`)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
