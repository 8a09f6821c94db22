/** What tools/sameOutput.ts takes for the same, and what not. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readHumanMaps } from '../../src/studies/edges/groundTruth.js';
import { humanMaps } from '../../tools/checkouts/humanMaps.js';
import { blankTimes } from '../../tools/sameOutput/blank.js';
import { compareFolders, firstDifference } from '../../tools/sameOutput/compare.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder with these files. */
function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'fastsam-compare-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const blanked = (path: string, text: string): string =>
  blankTimes(path, Buffer.from(text), Date.parse('2026-03-04T05:06:07.000Z')).toString();

test('moments near the date of the file go, all others stay', () => {
  const moment = '2026-03-04T05:06:06.789Z';
  expect(blanked('model.onnx', `date${moment}`)).toBe(`date${'0'.repeat(24)}`);
  expect(blanked('metadata.json', '"trained": "2026-01-04T05:06:06.789Z"')).toContain('2026-01-04T05:06:06.789Z');
});

test('milliseconds go from JSON, scores and other files stay', () => {
  const json = '{"speed":{"preprocess":1.5,"inference":20,"postprocess":3e-7},"score":0.5}';
  expect(blanked('a.jsonl', json)).toBe('{"speed":{"preprocess":0,"inference":0,"postprocess":0},"score":0.5}');
  expect(blanked('a.json', '"inference": 1.25,\n')).toBe('"inference": 0,\n');
  expect(blanked('a.yaml', json)).toBe(json);
});

test('bytes that are no text survive', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(blankTimes('a.png', bytes, 0)).toEqual(Buffer.from(bytes));
});

test('folders: files that differ, are missing or are new', async () => {
  const before = folderOf({ 'out/a.json': '{"n":1}\n{"n":2}', gone: '', same: 'x', '1.stderr': '5 ms' });
  const after = folderOf({ 'out/a.json': '{"n":1}\n{"n":3}', new: '', same: 'x', '1.stderr': '6 ms' });
  const { files, differences } = await compareFolders(before, after);
  expect(files).toBe(3);
  expect(differences).toEqual([
    'gone: no longer written',
    'new: written now only',
    expect.stringMatching(/^out\/a\.json: line 2 of 15 bytes/),
  ]);
});

test('journals of a batch have no name and no order', async () => {
  const before = folderOf({ 'out/.batch/journal/vm-1.jsonl': '1\n2\n', 'out/.batch/journal/vm-2.jsonl': '3\n' });
  const after = folderOf({ 'out/.batch/journal/vm-7.jsonl': '2\n3\n1\n' });
  expect(await compareFolders(before, after)).toEqual({ files: 1, sameFrames: [], differences: [] });
  const other = folderOf({ 'out/.batch/journal/vm-7.jsonl': '2\n3\n' });
  expect((await compareFolders(before, other)).differences).toHaveLength(1);
});

test('where files part', () => {
  expect(firstDifference(Buffer.from('a\nb\nc'), Buffer.from('a\nb\nd'))).toBe(
    'line 3 of 5 bytes: "a\\nb\\nc", then "a\\nb\\nd"',
  );
  expect(firstDifference(Buffer.from([0, 1, 2]), Buffer.from([0, 1]))).toMatch(/^byte 2 of 3 bytes, then 2: /);
});

test('human maps that the tools write are read as they were', () => {
  const map = Uint8Array.of(1, 0, 0, 1, 1, 0);
  expect(readHumanMaps(humanMaps(map, 3, 2), 'a.mat')).toEqual([{ data: map, width: 3, height: 2 }]);
});
