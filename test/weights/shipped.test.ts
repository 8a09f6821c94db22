/** The model that the package ships, whichever it is: its file, its card, and that it finds something. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FastSAM, readImage } from '../../src/index.js';
import { CATALOGUE } from '../../src/weights/catalogue.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { repository } from '../support/paths.js';

const pictures = readdirSync(repository('examples')).filter((name) => /\.(jpg|png)$/.test(name));
const card = readFileSync(repository('weights/demo.md'), 'utf8');

describe('the shipped model', () => {
  let model: FastSAM;

  beforeAll(async () => {
    vi.stubEnv('FASTSAM_WEIGHTS_DIR', '');
    model = await FastSAM.load('demo', { device: 'wasm' });
    vi.unstubAllEnvs();
  });
  afterAll(() => {
    model.dispose();
  });

  test('is the file in weights/, and says itself how it is used', () => {
    const path = repository('weights/demo.safetensors');
    expect(model.info.path).toBe(path);
    const { metadata } = readSafetensors(readFileSync(path));
    const said = { imgsz: Number(metadata.imgsz), conf: Number(metadata.conf), iou: Number(metadata.iou) };
    expect(model.info.defaults).toEqual(said);
    expect(CATALOGUE.find(({ name }) => name === 'demo')).not.toHaveProperty('defaults');
    expect(card).toContain(`imgsz ${said.imgsz}, conf ${said.conf}, iou ${said.iou}`);
    expect(metadata.license).toContain('weights/demo.md');
  });

  test.each(pictures)('finds objects in %s that are seen, lie in it and differ', async (name) => {
    const image = await readImage(repository(`examples/${name}`));
    const scene = await model.segment(image);
    expect(scene.length).toBeGreaterThan(1);
    const areas = scene.map(({ mask }) => mask.area / (image.width * image.height));
    expect(Math.min(...areas)).toBeGreaterThan(0);
    expect(Math.max(...areas)).toBeLessThan(1);
    const covered = new Uint8Array(image.width * image.height);
    for (const { mask } of scene) mask.toBitmap().forEach((value, i) => (covered[i] |= value));
    expect(covered.reduce((sum, value) => sum + value, 0) / covered.length).toBeGreaterThan(0.2);
  });
});
