import { expect, test } from 'vitest';
import { dataFormats } from '../../tools/fuzz/dataFormats.js';
import { expectNoFaults } from '../support/fuzz.js';

test('damaged data files end in a result or a FastSAMError, and print nothing', async () => {
  const formats = dataFormats();
  expect(formats.length).toBeGreaterThanOrEqual(14);
  // The cases are worth something only if some of them are still read. Any text is a list.
  for (const { name, read, refused } of await expectNoFaults(formats, { first: 1_000_000, count: 200 })) {
    expect(read, name).toBeGreaterThan(5);
    if (name !== 'list') expect(refused, name).toBeGreaterThan(0);
  }
});
