/** The pure parts of tools/house.ts. */
import { expect, test } from 'vitest';
import { packageOf } from '../../tools/house/evaluated.js';
import { roomOf } from '../../tools/house/rooms.js';
import { houseText } from '../../tools/house/text.js';

test('the package of a file, of the innermost node_modules', () => {
  expect(packageOf('/a/node_modules/sharp/lib/index.js')).toBe('sharp');
  expect(packageOf('../node_modules/@tensorflow/tfjs-core/dist/x.js')).toBe('@tensorflow/tfjs-core');
  expect(packageOf('/a/node_modules/b/node_modules/long/index.js')).toBe('long');
  expect(packageOf('src/index.ts')).toBeUndefined();
});

test('the room of a file', () => {
  expect(['fastsam.ts', 'mask/rle.ts', 'cli/batch/pool.ts'].map(roomOf)).toEqual(['.', 'mask', 'cli']);
});

test('the tables', () => {
  const commands = {
    info: { files: ['api.ts', 'clip/clip.ts'], filesOfAll: ['api.ts', 'clip/clip.ts', 'x.ts'], packages: ['sharp'] },
  };
  const text = houseText({ rooms: [{ room: 'mask', files: 2, lines: 30 }], commands });
  expect(text).toMatch(/^mask +2 +30$/m);
  expect(text).toMatch(/^all +2 +30$/m);
  expect(text).toMatch(/^info +2 +3 +no +no +yes +clip 1$/m);
});
