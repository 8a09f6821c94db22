/** A model keeps its defaults whatever way it is loaded, and through every export. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FastSAM, type ExportFormat } from '../../src/index.js';
import { FileServer } from '../support/fileServer.js';
import { TRAINED } from '../support/paths.js';

const DEVICE = { device: 'cpu' } as const;
/** As the metadata of the file says; a file that says nothing gets conf 0.4 and iou 0.9. */
const DEFAULTS = { imgsz: 320, conf: 0.25, iou: 0.7 };
const bytes = new Uint8Array(readFileSync(TRAINED));
const server = new FileServer(bytes);
let model: FastSAM;

beforeAll(async () => {
  await server.start();
  model = await FastSAM.load('demo', DEVICE);
});
afterAll(async () => {
  model.dispose();
  await server.stop();
});

const defaultsOf = async (source: string | URL | Uint8Array) => {
  using loaded = await FastSAM.load(source, DEVICE);
  return loaded.info.defaults;
};

test('by name, path, file URL, address and bytes', async () => {
  expect(model.info.defaults).toEqual(DEFAULTS);
  for (const source of [TRAINED, pathToFileURL(TRAINED), `${server.origin}/x.bin`, bytes]) {
    expect(await defaultsOf(source)).toEqual(DEFAULTS);
  }
});

test.each(['onnx', 'safetensors'] as const)('through %s, which loads again', async (format) => {
  const { files } = await model.export(format, null);
  expect(await defaultsOf(files[0].bytes)).toEqual(DEFAULTS);
});

test.each(['tfjs', 'tfjs_graph', 'saved_model'] as ExportFormat[])('in the metadata of %s', async (format) => {
  const { files } = await model.export(format, null);
  const text = (name: string) => new TextDecoder().decode(files.find((file) => file.name === name)?.bytes);
  const { imgsz, conf, iou } = DEFAULTS;
  if (format === 'saved_model') {
    expect(text('metadata.yaml')).toContain(`imgsz: [${imgsz},${imgsz}]\n`);
    expect(text('metadata.yaml')).toContain(`conf: ${conf}\niou: ${iou}\n`);
    return;
  }
  const wanted = { imgsz: [imgsz, imgsz], conf, iou };
  expect(JSON.parse(text('metadata.json'))).toMatchObject(wanted);
  expect(JSON.parse(text('model.json'))).toMatchObject({ userDefinedMetadata: wanted });
});
