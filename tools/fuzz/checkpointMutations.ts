/** Turns sound checkpoints into damaged and hostile ones. */
import { openZip } from '../../src/weights/zip.js';
import { concat, safetensorsFile, torchLegacy, torchZip } from './checkpointArchive.js';
import { hostileMetadata, hostileTexts, isOnnx } from './onnxMutations.js';
import { hostilePickle, hostileSnippet } from './hostilePickles.js';
import { tensor, pickled, type Picklable } from './pickleWriter.js';
import type { Random } from './random.js';

/** Values that length fields are overwritten with. */
const EXTREMES = [0, 1, 0x7f, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
/** Starts of zip records, after which length and offset fields follow. */
const RECORD_BYTES = 56;
const DATA_PICKLE = 'data.pkl';

type Mutation = (seeds: readonly Uint8Array[], random: Random) => Uint8Array;

/** Kinds of damage by name; the fuzzer draws from them evenly. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'bit flips': (seeds, random) => flipBits(random.pick(seeds), random),
  truncation: (seeds, random) => truncate(random.pick(seeds), random),
  'spliced files': (seeds, random) => splice(random.pick(seeds), random.pick(seeds), random),
  'forged lengths': (seeds, random) => forgeLengths(random.pick(seeds), random),
  'forged zip records': (seeds, random) => forgeZip(random.pick(seeds.filter(isZip)), random),
  'pickle bit flips': (seeds, random) => inPickle(seeds, random, flipBits),
  'pickle truncation': (seeds, random) => inPickle(seeds, random, truncate),
  'pickle forged lengths': (seeds, random) => inPickle(seeds, random, forgeLengths),
  'spliced opcodes': (seeds, random) => inPickle(seeds, random, spliceOpcodes),
  'hostile pickle': (_, random) => wrap(hostilePickle(random), random),
  'random opcodes': (_, random) => wrap(randomProgram(random), random),
  'forged tensors': (_, random) => forgedTensors(random),
  'zip bombs': (_, random) => zipBomb(random),
  'safetensors header': (_, random) => forgedSafetensors(random),
  'onnx texts': (seeds, random) => hostileTexts(random.pick(seeds.filter(isOnnx)), random),
  'onnx metadata': (seeds, random) => hostileMetadata(random.pick(seeds.filter(isOnnx)), random),
  'onnx bit flips': (seeds, random) => flipBits(random.pick(seeds.filter(isOnnx)), random),
  'onnx truncation': (seeds, random) => truncate(random.pick(seeds.filter(isOnnx)), random),
  'onnx forged lengths': (seeds, random) => forgeLengths(random.pick(seeds.filter(isOnnx)), random),
};

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

function flipBits(bytes: Uint8Array, random: Random): Uint8Array {
  const out = Uint8Array.from(bytes);
  for (let i = 0, flips = 1 + random.below(16); i < flips; i++) out[random.below(out.length)] ^= 1 << random.below(8);
  return out;
}

function truncate(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.slice(0, random.below(bytes.length));
}

function splice(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const from = random.below(other.length);
  const piece = other.subarray(from, from + random.below(4_096));
  const at = random.below(bytes.length);
  const kept = random.below(2) === 0 ? at : at + piece.length;
  return concat([bytes.subarray(0, at), piece, bytes.subarray(kept)]);
}

function forgeLengths(bytes: Uint8Array, random: Random): Uint8Array {
  const out = Uint8Array.from(bytes);
  for (let i = 0, edits = 1 + random.below(4); i < edits; i++) forgeAt(out, random.below(out.length), random);
  return out;
}

function forgeAt(out: Uint8Array, at: number, random: Random): void {
  const value = random.pick(EXTREMES);
  const width = random.pick([1, 2, 4, 8]);
  for (let i = 0; i < width && at + i < out.length; i++) out[at + i] = i < 4 ? (value >>> (8 * i)) & 255 : 0;
}

/** Forges fields of directory, end and local records, which make up little of the file. */
function forgeZip(bytes: Uint8Array, random: Random): Uint8Array {
  const out = Uint8Array.from(bytes);
  const records: number[] = [];
  for (let at = 0; at + 4 < out.length; at++)
    if (out[at] === 0x50 && out[at + 1] === 0x4b && out[at + 2] < 8) records.push(at);
  for (let i = 0, edits = 1 + random.below(3); i < edits; i++) {
    forgeAt(out, random.pick(records.slice(-8)) + random.below(RECORD_BYTES), random);
    forgeAt(out, random.pick(records) + 4 + random.below(RECORD_BYTES), random);
  }
  return out;
}

/** Mutates data.pkl and packs the archive anew, so that checksums and offsets are sound. */
function inPickle(
  seeds: readonly Uint8Array[],
  random: Random,
  mutation: (bytes: Uint8Array, random: Random) => Uint8Array,
): Uint8Array {
  const zip = openZip(random.pick(seeds.filter(isZip)));
  let pickle = new Uint8Array(0);
  const storages: Record<string, Uint8Array> = {};
  for (const name of zip.names) {
    if (name.endsWith(`/${DATA_PICKLE}`)) pickle = Uint8Array.from(zip.read(name));
    else if (name.includes('/data/')) storages[name.slice(name.lastIndexOf('/') + 1)] = zip.read(name);
  }
  return torchZip(mutation(pickle, random), storages);
}

function spliceOpcodes(pickle: Uint8Array, random: Random): Uint8Array {
  let out = pickle;
  for (let i = 0, edits = 1 + random.below(3); i < edits; i++) {
    const at = random.below(out.length);
    out = concat([out.subarray(0, at), hostileSnippet(random), out.subarray(at + random.below(3))]);
  }
  return out;
}

/** A pickle in a container of either kind, with a few storages to refer to. */
function wrap(pickle: Uint8Array, random: Random): Uint8Array {
  const data = random.bytes(64);
  if (random.below(4) === 0) return torchLegacy(pickle, [{ key: '0', count: 16, bytes: data }]);
  return torchZip(pickle, { '0': data, '1': data.subarray(0, random.below(64)) });
}

/** Opcodes that need no sense to be executed, drawn evenly. */
function randomProgram(random: Random): Uint8Array {
  const pieces: Uint8Array[] = [Uint8Array.from([0x80, 2])];
  for (let i = 0, count = random.below(200); i < count; i++) pieces.push(hostileSnippet(random));
  pieces.push(Uint8Array.from([0x2e]));
  return concat(pieces);
}

function forgedTensors(random: Random): Uint8Array {
  const sizes = [1, 2, 4, 16, 0, 1, 2, 3, 4, 7, 16, 1_000, 65_536, 2 ** 31 - 1, -1, -(2 ** 31), 2 ** 53 - 1, 0.5];
  const rank = random.below(5);
  const some = (): number[] => Array.from({ length: rank }, () => random.pick(sizes));
  const kinds = [
    'FloatStorage',
    'FloatStorage',
    'HalfStorage',
    'LongStorage',
    'BoolStorage',
    'DoubleStorage',
    'ComplexFloatStorage',
  ];
  const entries = Array.from({ length: 1 + random.below(3) }, (_, i): [Picklable, Picklable] => {
    const storage = { kind: random.pick(kinds), key: random.pick(['0', '1', '2', '../0']), count: random.pick(sizes) };
    return [`model.${i}.weight`, tensor(storage, some(), some(), random.pick(sizes))];
  });
  return wrap(pickled(new Map(entries)), random);
}

const MEGABYTE = 2 ** 20;
/** Opcodes to fill a pickle with: marks, values, lists, dicts, protocol numbers. */
const FILLERS = ['(', 'N', ']', '}', '\u0080'];
/** Packing takes longer than reading, so archives are kept. */
const bombs = new Map<string, Uint8Array>();

/** Bytes that deflate to a thousandth, as storages or as the pickle; small ones mostly, for speed. */
function zipBomb(random: Random): Uint8Array {
  const large = random.below(500) === 0;
  const megabytes = large ? 24 : 1;
  const archive =
    random.below(3) > 0 ? storageBomb(megabytes, large ? 4 : 1 + random.below(4)) : pickleBomb(random.pick(FILLERS));
  switch (random.below(3)) {
    case 0:
      return archive;
    case 1:
      return forgeZip(archive, random);
    default:
      return flipBits(archive, random);
  }
}

function storageBomb(megabytes: number, count: number): Uint8Array {
  return kept(`${count} x ${megabytes}`, () => {
    const zeros = new Uint8Array(megabytes * MEGABYTE);
    const keys = Array.from({ length: count }, (_, i) => String(i));
    const entries = keys.map((key): [Picklable, Picklable] => {
      return [`model.${key}.weight`, tensor({ kind: 'BoolStorage', key, count: zeros.length }, [zeros.length], [1])];
    });
    return torchZip(pickled(new Map(entries)), Object.fromEntries(keys.map((key) => [key, zeros])), { level: 6 });
  });
}

function pickleBomb(filler: string): Uint8Array {
  return kept(filler, () => torchZip(new Uint8Array(8 * MEGABYTE).fill(filler.charCodeAt(0)), {}, { level: 6 }));
}

function kept(key: string, make: () => Uint8Array): Uint8Array {
  const archive = bombs.get(key) ?? make();
  bombs.set(key, archive);
  return archive;
}

function forgedSafetensors(random: Random): Uint8Array {
  const numbers = ['0', '4', '8', '-1', '1e3', '1e400', '9007199254740993', '0.5', '"4"', 'null', '{}', '[]'];
  const number = (): string => (random.below(3) === 0 ? random.pick(numbers) : random.pick(['0', '4', '8']));
  const names = ['a', 'b', '__proto__', 'constructor', '__metadata__', '\\u0061', ''];
  const entries = Array.from({ length: random.below(5) }, () => {
    const dtype = random.pick(['F32', 'F32', 'F16', 'F8_E4M3', 'BOOL', 'x']);
    const body = `{"dtype":"${dtype}","shape":[${number()},${number()}],"data_offsets":[${number()},${number()}]}`;
    return `"${random.pick(names)}":${random.below(10) === 0 ? '['.repeat(random.below(50_000)) : body}`;
  });
  const file = safetensorsFile(`{${entries.join(',')}}`, random.bytes(random.pick([0, 4, 8, 64])));
  return random.below(3) === 0 ? flipBits(file, random) : file;
}
