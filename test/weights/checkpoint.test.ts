import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { Parser } from 'pickleparser';
import { describe, expect, test } from 'vitest';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import { safetensorsMetadata } from '../../src/weights/checkpointStrings.js';
import { crc32 } from '../../src/weights/crc32.js';
import { writeSafetensors } from '../../src/weights/writeSafetensors.js';
import { elementCount } from '../../src/weights/tensor.js';
import { openZip } from '../../src/weights/zip.js';
import { torchZip } from '../../tools/fuzz/checkpointArchive.js';
import {
  call,
  global,
  instance,
  moduleOf,
  pickled,
  tensor,
  tuple,
  type Picklable,
} from '../../tools/fuzz/pickleWriter.js';
import { rejectionOf } from '../support/errors.js';
import { goldenBytes, goldenPath, readGolden } from '../support/golden.js';
import { shared } from '../support/paths.js';

/** Checkpoints that Ultralytics 8.0.120 itself wrote; too large to be part of the project. */
const OLD = shared('reference/checkpoints/');

interface Expected {
  format: string;
  source: string;
  imgsz?: number;
  names?: Record<string, string>;
  tensors: [string, string, number[], number, [number?]][];
}

const EXPECTED = readGolden<Record<string, Expected>>('checkpoints/expected.json');

const golden = (file: string): Uint8Array => goldenBytes(`checkpoints/${file}`);

const FOUR = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer);
const WEIGHT = tensor({ kind: 'FloatStorage', key: '0', count: 4 }, [2, 2], [2, 1]);

/** A torch archive of one object and the storage '0' of four floats. */
function saved(object: Picklable): Uint8Array {
  return torchZip(pickled(object), { '0': FOUR });
}

function dict(entries: [string, Picklable][]): Map<Picklable, Picklable> {
  return new Map(entries);
}

describe('readCheckpoint', () => {
  test('knows what to expect of every golden file', () => {
    const files = readdirSync(goldenPath('checkpoints')).filter((name) => /\.(pt|safetensors)$/.test(name));
    expect(files.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  test.each(Object.entries(EXPECTED))('finds in %s what PyTorch finds', async (file, expected) => {
    const checkpoint = await readCheckpoint(golden(file));
    expect(checkpoint).toMatchObject({ format: expected.format, source: expected.source });
    expect(checkpoint.imgsz).toBe(expected.imgsz);
    expect(checkpoint.names).toEqual(expected.names);
    expect([...checkpoint.tensors.keys()].sort()).toEqual(expected.tensors.map(([name]) => name).sort());
    for (const [name, dtype, shape, crc, [first]] of expected.tensors) {
      const found = checkpoint.tensors.get(name);
      expect([name, found?.dtype, found?.shape]).toEqual([name, dtype, shape]);
      // Which NaN a conversion gives is left open; the reference has the usual one.
      const values = Float32Array.from(found?.toFloat32() ?? [], (value) => (Number.isNaN(value) ? NaN : value));
      expect(values.length).toBe(elementCount(shape));
      if (first !== undefined) expect([name, values[0]]).toEqual([name, first]);
      expect([name, crc32(new Uint8Array(values.buffer))]).toEqual([name, crc]);
    }
  });

  test('finds in a state_dict the names and shapes that pickleparser finds', async () => {
    const rebuild = (_storage: unknown, _offset: number, size: number[]): number[] => size;
    const resolve = (_: string, name: string): (() => unknown) | typeof rebuild => {
      if (name === '_rebuild_tensor_v2') return rebuild;
      return () => (name === 'OrderedDict' ? new Map() : null);
    };
    const parser = new Parser({
      unpicklingTypeOfDictionary: 'Map',
      nameResolver: { resolve },
      persistentResolver: { resolve: () => null },
    });
    const bytes = golden('state-dict.pt');
    const zip = openZip(bytes);
    const pickle = zip.names.find((name) => name.endsWith('data.pkl')) ?? '';
    const theirs = parser.parse<Map<string, number[]>>(zip.read(pickle));
    const ours = [...(await readCheckpoint(bytes)).tensors].map(([name, { shape }]) => [name, shape]);
    expect(ours).toEqual([...theirs]);
  });

  test('tells version, date, licence and class', async () => {
    expect((await readCheckpoint(golden('current.pt'))).metadata).toEqual({
      version: '8.4.190',
      date: '2023-06-21T12:00:00',
      license: 'none',
      docs: 'none',
      class: 'SegmentationModel',
      yaml_file: 'tiny-seg.yaml',
    });
    expect((await readCheckpoint(golden('legacy.pt'))).metadata.class).toBe('SegmentationModel');
  });

  test.skipIf(!existsSync(OLD))('reads files of Ultralytics 8.0.120 (skipped where they are absent)', async () => {
    for (const [file, parameters, box] of [
      ['old-8.0.120-n.pt', 3_263_811, 64],
      ['old-8.0.120-n-reg26.pt', 3_627_301, 104],
    ] as const) {
      const { tensors, imgsz, metadata, source } = await readCheckpoint(readFileSync(OLD + file));
      const learned = [...tensors].filter(([name]) => !/running_|num_batches/.test(name));
      expect(learned.reduce((sum, [, { shape }]) => sum + elementCount(shape), 0)).toBe(parameters);
      expect(tensors.get('model.22.cv2.0.0.conv.weight')?.shape).toEqual([box, 64, 3, 3]);
      expect({ imgsz, source, version: metadata.version }).toEqual({ imgsz: 64, source: 'model', version: '8.0.120' });
      const bins = Array.from({ length: box / 4 }, (_, i) => i);
      expect([...(tensors.get('model.22.dfl.conv.weight')?.toFloat32() ?? [])]).toEqual(bins);
    }
  });

  test('goes the way to safetensors and back', async () => {
    for (const file of ['current.pt', 'odd.pt']) {
      const checkpoint = await readCheckpoint(golden(file));
      const back = await readCheckpoint(writeSafetensors(checkpoint.tensors, safetensorsMetadata(checkpoint)));
      expect(back.imgsz).toBe(checkpoint.imgsz);
      expect(back.names).toEqual(checkpoint.names);
      expect(back.metadata).toMatchObject(checkpoint.metadata);
      expect(back.tensors.size).toBe(checkpoint.tensors.size);
      for (const [name, { shape, ...tensor }] of checkpoint.tensors) {
        expect(back.tensors.get(name)?.shape ?? tensor).toEqual(shape);
        expect(back.tensors.get(name)?.toFloat32()).toEqual(checkpoint.tensors.get(name)?.toFloat32());
      }
    }
  });

  test('takes thresholds from safetensors that are some, and keeps them', async () => {
    const { tensors, ...facts } = await readCheckpoint(golden('current.pt'));
    const read = async (strings: Record<string, string>) => {
      const { conf, iou } = await readCheckpoint(writeSafetensors(tensors, strings));
      return [conf, iou];
    };
    expect(await read(safetensorsMetadata({ ...facts, conf: 0.25, iou: 0.7 }))).toEqual([0.25, 0.7]);
    expect(await read({ conf: '1', iou: '.5' })).toEqual([1, 0.5]);
    for (const text of ['', '2', '-1', 'NaN', '1e-1', 'auto', '0x1', ' ', '0.', '1.2']) {
      expect(await read({ conf: text, iou: text }), text).toEqual([undefined, undefined]);
    }
  });

  test('prefers ema to model, and model when ema is None', async () => {
    const named = (name: string): Picklable => moduleOf([[name, WEIGHT]]);
    const both = await readCheckpoint(
      saved(
        dict([
          ['model', named('model.m')],
          ['ema', named('model.e')],
        ]),
      ),
    );
    expect([both.source, ...both.tensors.keys()]).toEqual(['ema', 'model.e']);
    const one = await readCheckpoint(
      saved(
        dict([
          ['ema', null],
          ['model', named('model.m')],
        ]),
      ),
    );
    expect([one.source, ...one.tensors.keys()]).toEqual(['model', 'model.m']);
  });

  test('reads a module that was saved without anything around it', async () => {
    const { source, tensors } = await readCheckpoint(saved(moduleOf([], [['model', moduleOf([['w', WEIGHT]])]])));
    expect([source, ...tensors.keys()]).toEqual(['model', 'model.w']);
  });

  test('takes the wrappers of parallel training and of the YOLO class off the names', async () => {
    const names = async (...keys: string[]): Promise<string[]> => [
      ...(await readCheckpoint(saved(dict(keys.map((key) => [key, WEIGHT]))))).tensors.keys(),
    ];
    expect(await names('module.model.0.w', 'module.model.1.w')).toEqual(['model.0.w', 'model.1.w']);
    expect(await names('model.model.0.w')).toEqual(['model.0.w']);
    expect(await names('module.model.0.w', 'other')).toEqual(['module.model.0.w', 'other']);
  });

  test('leaves out buffers that PyTorch would not save', async () => {
    const unsaved = call(global('__builtin__', 'set'), ['b']);
    const state = dict([
      [
        '_buffers',
        dict([
          ['a', WEIGHT],
          ['b', WEIGHT],
        ]),
      ],
      ['_non_persistent_buffers_set', unsaved],
    ]);
    expect([...(await readCheckpoint(saved(instance('m', 'C', state)))).tensors.keys()]).toEqual(['a']);
  });

  test('looks for imgsz in train_args, then in the arguments of the model', async () => {
    const model = (args: Picklable): Picklable => {
      return instance(
        'm',
        'C',
        dict([
          ['_parameters', dict([['w', WEIGHT]])],
          ['args', args],
        ]),
      );
    };
    const imgsz = async (...entries: [string, Picklable][]): Promise<number | undefined> =>
      (await readCheckpoint(saved(dict(entries)))).imgsz;
    const own = dict([['imgsz', 64]]);
    expect(await imgsz(['model', model(own)], ['train_args', dict([['imgsz', 96]])])).toBe(96);
    expect(await imgsz(['model', model(own)], ['train_args', null])).toBe(64);
    expect(await imgsz(['model', model(instance('a', 'Namespace', own))])).toBe(64);
    expect(await imgsz(['model', model(dict([['imgsz', [64, 128]]]))])).toBe(128);
    expect(await imgsz(['model', model(dict([['imgsz', -1]]))])).toBeUndefined();
    expect(await imgsz(['model', model(dict([['imgsz', 'x']]))])).toBeUndefined();
  });

  test('reads names such as __proto__ as names', async () => {
    const { tensors, metadata } = await readCheckpoint(
      saved(
        dict([
          ['__proto__', WEIGHT],
          ['constructor', WEIGHT],
        ]),
      ),
    );
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor']);
    expect(metadata.constructor).toBe(Object);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });

  test('passes a call of os.system over', async () => {
    const evil = call(global('os', 'system'), 'touch /tmp/fastsam-checkpoint-executed');
    const { tensors } = await readCheckpoint(
      saved(
        dict([
          ['evil', evil],
          ['model.0.w', WEIGHT],
        ]),
      ),
    );
    expect([...tensors.keys()]).toEqual(['model.0.w']);
    expect(existsSync('/tmp/fastsam-checkpoint-executed')).toBe(false);
    expect((await rejectionOf(() => readCheckpoint(saved(evil)))).code).toBe('UNSUPPORTED_CHECKPOINT');
  });

  test('refuses a golden file cut at any length', async () => {
    for (const file of ['deflated.pt', 'odd-legacy.pt', 'odd.safetensors']) {
      const bytes = golden(file);
      for (let length = 0; length < bytes.length; length++) {
        const { code } = await rejectionOf(() => readCheckpoint(bytes.subarray(0, length)));
        expect(code).toBe('INVALID_CHECKPOINT');
      }
    }
  });

  test.each([
    ['an empty file', '', 'INVALID_CHECKPOINT', 'empty'],
    ['a web page', '\n<!DOCTYPE html><html>', 'INVALID_CHECKPOINT', 'web page'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1', 'INVALID_CHECKPOINT', 'Git LFS'],
    ['anything else', 'hello', 'INVALID_CHECKPOINT', '"hello"'],
    ['a tar archive', `${'x'.repeat(257)}ustar${'\0'.repeat(300)}`, 'UNSUPPORTED_CHECKPOINT', 'tar'],
    ['a pickle of something else', '\x80\x02K\x01.\x80\x02K\x01.', 'UNSUPPORTED_CHECKPOINT', 'torch.save'],
  ])('says that it got %s', async (_, content, code, text) => {
    const error = await rejectionOf(() => readCheckpoint(new Uint8Array(Buffer.from(content, 'latin1'))));
    expect(error.message).toContain(text);
    expect(error.code).toBe(code);
  });

  test.each([
    ['no tensors', dict([['model', dict([['lr', 0.1]])]]), 'UNSUPPORTED_CHECKPOINT'],
    ['a number', 7, 'UNSUPPORTED_CHECKPOINT'],
    ['a tuple', tuple(1, 2), 'UNSUPPORTED_CHECKPOINT'],
  ] as [string, Picklable, string][])('refuses an object of %s', async (_, object, code) => {
    expect((await rejectionOf(() => readCheckpoint(saved(object)))).code).toBe(code);
  });

  test('refuses a zip that is no checkpoint', async () => {
    const zip = torchZip(pickled(1));
    const renamed = Uint8Array.from(zip, (byte, i) =>
      String.fromCharCode(...zip.subarray(i, i + 3)) === 'pkl' ? 0x71 : byte,
    );
    expect((await rejectionOf(() => readCheckpoint(renamed))).message).toContain('no PyTorch checkpoint');
  });
});

describe('safetensors whose header length begins like another format', () => {
  test.each([
    ['a pickle', 0x80],
    ['a zip archive', 0x4b50],
  ])('%s', async (_, headerBytes) => {
    const tensors = new Map([
      ['a.weight', { dtype: 'float32', shape: [1], toFloat32: () => Float32Array.of(7) } as const],
    ]);
    const written = (padding: number): Uint8Array => writeSafetensors(tensors, { padding: ' '.repeat(padding) });
    const least = new DataView(written(0).buffer).getUint32(0, true);
    const bytes = written(headerBytes + 256 * Math.ceil(Math.max(0, least - headerBytes) / 256) - least);
    expect(new DataView(bytes.buffer).getUint16(0, true) & (headerBytes > 255 ? 0xffff : 0xff)).toBe(headerBytes);
    expect([...(await readCheckpoint(bytes)).tensors.keys()]).toEqual(['a.weight']);
  });
});
