/** Checkpoints that compute something else than the standard network, beside PyTorch's values (tools/golden/settings.py). */
import { describe, expect, test } from 'vitest';
import { compareActivations } from '../../src/model/compare.js';
import { loadWeights } from '../../src/model/load.js';
import { buildNetwork } from '../../src/model/network.js';
import { openCheckpoint } from '../../src/model/open.js';
import { describeArchitecture } from '../../src/model/architecture.js';
import { settingsOf } from '../../src/model/settings.js';
import { settingsMetadata } from '../../src/model/settingsText.js';
import { STANDARD_SETTINGS } from '../../src/layers/settings.js';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import { factsOf, type Fact, type Modules } from '../../src/weights/moduleFacts.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { writeSafetensors } from '../../src/weights/writeSafetensors.js';
import { errorOf, rejectionOf } from '../support/errors.js';
import { goldenBytes } from '../support/golden.js';
import { describeOnBackends } from '../support/devices.js';

const bytesOf = (file: string): Uint8Array => goldenBytes(`settings/${file}.gz`);
const reference = (variant: string) => readSafetensors(goldenBytes(`settings/${variant}.reference.safetensors`));

const FILES = [
  ...['relu', 'leaky', 'mixed', 'blocks'].flatMap((variant) =>
    ['pt', 'torchscript', 'onnx'].map((form) => ({ variant, form })),
  ),
  { variant: 'epsilon', form: 'pt' },
];

const EXPECTED: Readonly<Record<string, object>> = {
  relu: { activation: { kind: 'ReLU' }, activations: {}, pool: 5, shortcuts: {} },
  leaky: { activation: { kind: 'LeakyReLU', alpha: Math.fround(0.1) }, activations: {} },
  mixed: {
    activation: { kind: 'SiLU' },
    activations: {
      'model.1': { kind: 'ReLU' },
      'model.2.cv1': { kind: 'Hardswish' },
      'model.3': { kind: 'GELU' },
      'model.4.cv1': { kind: 'Mish' },
      'model.5': { kind: 'ELU', alpha: Math.fround(0.7) },
      'model.6.cv1': { kind: 'ReLU6' },
      'model.7': { kind: 'Tanh' },
      'model.8.cv1': { kind: 'Sigmoid' },
      'model.9.cv1': { kind: 'Identity' },
      'model.22.proto.cv2': { kind: 'ELU', alpha: 1 },
      'model.22.cv3.1.0': { kind: 'LeakyReLU', alpha: 0.25 },
    },
  },
  blocks: { activation: { kind: 'SiLU' }, pool: 3, shortcuts: { 'model.4.m.1': false, 'model.12.m.0': true } },
  epsilon: { epsilon: 1e-5, epsilons: { 'model.5': 1e-2 } },
};

describe.each(FILES)('$variant.$form', ({ variant, form }) => {
  test('its settings are read', async () => {
    const { architecture } = await openCheckpoint(bytesOf(`${variant}.${form}`));
    expect(architecture.settings).toMatchObject(EXPECTED[variant]);
  });
});

describeOnBackends('networks that are not standard', ['wasm', 'native', 'plain JavaScript'], (backend) => {
  const files = backend === 'plain JavaScript' ? FILES.filter(({ form }) => form === 'pt') : FILES;
  test.each(files)('$variant.$form computes what PyTorch does, layer by layer', async ({ variant, form }) => {
    const { architecture, checkpoint } = await openCheckpoint(bytesOf(`${variant}.${form}`));
    const network = buildNetwork(architecture);
    loadWeights(network, checkpoint.tensors);
    const rows = await compareActivations(network, reference(variant));
    expect(rows.filter(({ relative }) => !(relative <= 1e-4))).toEqual([]);
    network.model.dispose();
  });

  test('epsilon counts with batch norm as layers too', async () => {
    const { architecture, checkpoint } = await openCheckpoint(bytesOf('epsilon.pt'));
    const network = buildNetwork(architecture, { foldBatchNorm: false });
    loadWeights(network, checkpoint.tensors);
    const rows = await compareActivations(network, reference('epsilon'));
    expect(Math.max(...rows.map(({ relative }) => relative))).toBeLessThan(1e-4);
    network.model.dispose();
  });

  test('the standard network computes something else of the same tensors', async () => {
    for (const variant of ['relu', 'leaky', 'mixed', 'blocks', 'epsilon']) {
      const { architecture, checkpoint } = await openCheckpoint(bytesOf(`${variant}.pt`));
      const network = buildNetwork({ ...architecture, settings: STANDARD_SETTINGS });
      loadWeights(network, checkpoint.tensors);
      const rows = await compareActivations(network, reference(variant));
      expect(Math.max(...rows.map(({ relative }) => relative))).toBeGreaterThan(1e-2);
      network.model.dispose();
    }
  });
});

describe('settings outlive safetensors', () => {
  test.each(Object.keys(EXPECTED))('%s', async (variant) => {
    const { architecture, checkpoint } = await openCheckpoint(bytesOf(`${variant}.pt`));
    const written = writeSafetensors(checkpoint.tensors, settingsMetadata(architecture.settings));
    expect((await openCheckpoint(written)).architecture.settings).toEqual(architecture.settings);
  });

  test('standard ones leave no trace, and a file without any is standard', async () => {
    expect(settingsMetadata(STANDARD_SETTINGS)).toEqual({});
    const opened = await openCheckpoint(goldenBytes('layers/tiny.safetensors'));
    expect(opened.architecture.settings).toEqual(STANDARD_SETTINGS);
  });

  test.each([
    '{',
    '[]',
    'null',
    '{"activation":{"kind":"Swoosh"}}',
    JSON.stringify({ ...STANDARD_SETTINGS, pool: 4 }),
    JSON.stringify({ ...STANDARD_SETTINGS, epsilon: -1 }),
    JSON.stringify({ ...STANDARD_SETTINGS, activation: { kind: 'LeakyReLU' } }),
    JSON.stringify({ ...STANDARD_SETTINGS, activations: { 'model.99': { kind: 'ReLU' } } }),
    JSON.stringify(STANDARD_SETTINGS).replace('"shortcuts":{}', '"shortcuts":{"__proto__":true}'),
  ])('settings that nobody wrote are refused: %s', async (settings) => {
    const { tensors } = readSafetensors(goldenBytes('layers/tiny.safetensors'));
    const error = await rejectionOf(() => openCheckpoint(writeSafetensors(tensors, { settings })));
    expect(error).toMatchObject({ code: 'INVALID_CHECKPOINT' });
    expect(error.message).toMatch(/settings/);
  });
});

describe('what is not computed is refused by name', () => {
  const changed = (modules: Modules, name: string, change: Readonly<Record<string, Fact>>): Modules => {
    const facts = new Map([...(modules.get(name) ?? []), ...factsOf(change)]);
    return new Map([...modules, [name, facts]]);
  };

  test.each(['pt', 'torchscript', 'onnx'])('bilinear upsampling in a %s file', async (form) => {
    const error = await rejectionOf(() => openCheckpoint(bytesOf(`bilinear.${form}`)));
    expect(error).toMatchObject({ code: 'UNSUPPORTED_CHECKPOINT' });
    expect(error.message).toMatch(/model\.1[03]: got mode 'bilinear', expected nearest/);
  });

  test.each<[string, Readonly<Record<string, Fact>>, RegExp]>([
    ['model.3.act', { class: 'PReLU' }, /model\.3\.act: got the activation 'PReLU', expected one of SiLU, ReLU/],
    ['model.3.act', { class: 'GELU', approximate: 'tanh' }, /GELU approximated by tanh/],
    ['model.3.act', { class: 'Hardtanh', min_val: -1, max_val: 1 }, /'Hardtanh'/],
    ['model.3.act', { class: 'LeakyReLU', negative_slope: 'x' }, /'LeakyReLU'/],
    ['model.5.conv', { dilation: [2, 2] }, /model\.5\.conv: got dilation \[2, 2\], expected 1/],
    ['model.5.conv', { groups: 2 }, /got groups 2/],
    ['model.5.conv', { stride: [1, 1] }, /got stride \[1, 1\], expected 2/],
    ['model.5.conv', { padding: [0, 0] }, /got padding \[0, 0\], expected 1/],
    ['model.5.conv', { padding_mode: 'reflect' }, /got padding_mode 'reflect', expected zeros/],
    ['model.9.m', { kernel_size: 4 }, /model\.9\.m: got pooling of 4|got padding/],
    ['model.9.m', { stride: 2 }, /got stride 2/],
    ['model.9', { class: 'SPP' }, /model\.9: got class 'SPP', expected SPPF/],
    ['model.9', { add: true }, /model\.9: got add true/],
    ['model.4', { class: 'C2fCIB' }, /model\.4: got class 'C2fCIB', expected C2f/],
    ['model.10', { scale_factor: 4 }, /got scale_factor 4, expected 2/],
    ['model.11', { f: [-1, 4] }, /model\.11: got input from the rows \[-1, 4\], expected -1, 6/],
    ['model.11', { d: 2 }, /got d 2/],
    ['model.22', { stride: [4, 8, 16] }, /model\.22: got strides \[4, 8, 16\], expected 8, 16, 32/],
    ['model.22', { class: 'Pose' }, /class 'Pose', expected Segment/],
    ['model.1.bn', { track_running_stats: false }, /model\.1\.bn: got track_running_stats false/],
    ['model.1.bn', { eps: NaN }, /epsilon NaN/],
    ['model.1.attention', { class: 'SimAM' }, /model\.1\.attention: got a module 'SimAM'/],
    ['model.23', { class: 'MaxPool2d' }, /model\.23: got a module/],
  ])('%s with %j', async (name, change, message) => {
    const checkpoint = await readCheckpoint(bytesOf('relu.pt'));
    const { architecture } = await openCheckpoint(bytesOf('relu.pt'));
    const modules = changed(checkpoint.modules?.() ?? new Map(), name, change);
    const error = errorOf(() => settingsOf(architecture, { ...checkpoint, modules: () => modules }));
    expect(error).toMatchObject({ code: 'UNSUPPORTED_CHECKPOINT' });
    expect(error.message).toMatch(message);
  });

  test('dropout changes nothing when a network is used', async () => {
    const checkpoint = await readCheckpoint(bytesOf('relu.pt'));
    const { architecture } = await openCheckpoint(bytesOf('relu.pt'));
    const modules = changed(checkpoint.modules?.() ?? new Map(), 'model.1.drop', { class: 'Dropout' });
    expect(settingsOf(architecture, { ...checkpoint, modules: () => modules }).activation).toEqual({ kind: 'ReLU' });
  });
});

test('settings are said in the description', async () => {
  const words = async (variant: string) =>
    describeArchitecture((await openCheckpoint(bytesOf(`${variant}.pt`))).architecture);
  expect(await words('leaky')).toMatch(/LeakyReLU\(0\.1\)/);
  expect(await words('epsilon')).toMatch(/batch norm epsilon 0\.00001, epsilon 0\.01 in model\.5/);
  expect(await words('blocks')).toMatch(
    /SPPF pooling 3x3, no shortcut in model\.4\.m\.1, a shortcut in model\.12\.m\.0/,
  );
  expect(await words('mixed')).toMatch(/ReLU in model\.1, .*… \(11 such blocks\)/);
});
