import { expect, test } from 'vitest';
import { checkpointFormats } from '../../tools/fuzz/checkpointFormats.js';
import { expectNoFaults } from '../support/fuzz.js';

test('mutated checkpoints of every container end in tensors or a FastSAMError', async () => {
  const formats = checkpointFormats();
  const names = ['ONNX', 'TorchScript', 'safetensors', 'torch before 1.6', 'torch zip'];
  expect(formats.map(({ name }) => name).sort()).toEqual(names);
  // A mutation that never or always hits nothing would test nothing.
  for (const { name, read, refused } of await expectNoFaults(formats, { first: 1_000_000, count: 200 })) {
    expect(read, name).toBeGreaterThan(0);
    expect(refused, name).toBeGreaterThan(0);
  }
});
