/** Texts that took hours while an expression or a loop began again at each character. tools/fuzz/linear.ts measures. */
import { beforeAll, expect, test } from 'vitest';
import { repairMojibake } from '../../src/clip/text/mojibake.js';
import { imageFiles } from '../../src/evaluate/coco/file.js';
import { parseYoloLabels } from '../../src/evaluate/yolo/labels.js';
import { wheelLink } from '../../src/platform/native/fetchWheel.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { printable } from '../../src/text/printable.js';
import { linearCases } from '../../tools/fuzz/linearParsers.js';

const LENGTH = 1_000_000;
const PRESENT = { path: 'x', folder: '/data', present: ['a.jpg', 'val2017/b.jpg'] };

beforeAll(() => {
  usePlatform(nodePlatform);
});

test('a number of a label file with a letter at its end', () => {
  expect(parseYoloLabels(`${'9'.repeat(LENGTH)}x`)).toBe(`'${'9'.repeat(40)}', which is no number`);
  expect(parseYoloLabels('0 0.5 .5 1. 1e-1')).toMatchObject({ repeated: 0 });
});

test('dots behind an address in a message', () => {
  expect(printable(`http://a/${'.'.repeat(LENGTH)}x`).length).toBeLessThanOrEqual(2000);
  expect(printable('see "http://user:secret@a/b".')).toBe('see "http://a/b".');
});

test('an image of COCO in very many folders, or with very many question marks', () => {
  const [deep] = imageFiles([{ id: 1, file_name: `${'a/'.repeat(LENGTH / 2)}val2017/b.jpg` }], PRESENT);
  expect(deep).toBe('/data/val2017/b.jpg');
  const coco_url = `http://a/val2017/b.jpg${'?'.repeat(LENGTH)}\n`;
  expect(imageFiles([{ id: 1, coco_url }], PRESENT)).toEqual(['/data/val2017/b.jpg']);
});

test('a link with a fragment of very many signs', () => {
  expect(wheelLink(`<a href="x.whl${'#'.repeat(LENGTH)}\n">x.whl</a>`, 'x.whl')).toBe('x.whl');
});

test('text that was misread once for each character', () => {
  expect(repairMojibake('cafÃƒÂ©')).toBe('café');
  expect(repairMojibake(`${'Â'.repeat(20_000)}©`).length).toBeGreaterThan(1);
});

test('every parser is tried with texts of its own', () => {
  const names = linearCases().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(names.map((name) => name.split(',')[0])).size).toBeGreaterThan(30);
});
