/** Which file is at fault: data are looked at before the model, and a broken checkpoint is named. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fastsam } from '../support/cli.js';
import { TRAINED } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const broken = join(folder, 'broken.pt');
writeFileSync(broken, 'no checkpoint');
const yaml = join(folder, 'data.yaml');
writeFileSync(yaml, 'names: [a]\n');
const json = join(folder, 'data.json');
writeFileSync(json, '{"images": []}');

test.each([
  ['YOLO data', ['val', yaml], yaml],
  ['COCO data', ['val', json, '--images', folder], json],
])('val with wrong %s names them before it loads a model', async (_, args, path) => {
  const { code, stderr } = await fastsam([...args, '--model', broken, '--device', 'wasm']);
  expect(code).toBe(2);
  expect(stderr).toContain(`fastsam: ${path}: got`);
});

test.each([
  ['info', ['info', broken]],
  ['compare of two', ['compare', TRAINED, broken]],
])('%s names the checkpoint that is broken', async (_, args) => {
  const { code, stderr } = await fastsam(args);
  expect(code).toBe(1);
  expect(stderr).toContain(`fastsam: ${broken}: checkpoint: got bytes that start with "no check"`);
});
