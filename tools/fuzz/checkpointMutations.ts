/** Turns sound checkpoints into damaged and hostile ones. */
import { zipSync } from 'fflate';
import { openZip } from '../../src/weights/zip.js';
import { concat, safetensorsFile, torchLegacy, torchZip } from './checkpointArchive.js';
import type { Container } from './checkpointSeeds.js';
import { hostileMetadata, hostileTexts } from './onnxMutations.js';
import { hostilePickle, hostileSnippet } from './hostilePickles.js';
import { tensor, pickled, type Picklable } from './pickleWriter.js';
import type { Random } from './random.js';

/** Values that length fields are overwritten with. */
const EXTREMES = [0, 1, 0x7f, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
/** Starts of zip records, after which length and offset fields follow. */
const RECORD_BYTES = 56;
/** The entry that holds the objects. */
const PICKLE = /\/data\.pkl$/;

/** Sound checkpoints of one container, and of all. */
export interface Seeds {
  readonly own: readonly Uint8Array[];
  readonly all: readonly Uint8Array[];
}

/** Makes a damaged or hostile file. */
export type Mutation = (seeds: Seeds, random: Random) => Uint8Array;
type Mutations = Readonly<Record<string, Mutation>>;

/** Of any bytes. */
const ANY: Mutations = {
  'bit flips': ({ own }, random) => flipBits(random.pick(own), random),
  truncation: ({ own }, random) => truncate(random.pick(own), random),
  'spliced files': ({ own, all }, random) => splice(random.pick(own), random.pick(all), random),
  'forged lengths': ({ own }, random) => forgeLengths(random.pick(own), random),
};

/** Of archives; the entries are packed anew, so that checksums and offsets are sound. */
const ZIP: Mutations = {
  'forged zip records': ({ own }, random) => forgeZip(random.pick(own), random),
  'pickle bit flips': (seeds, random) => inEntry(seeds, random, PICKLE, flipBits),
  'pickle truncation': (seeds, random) => inEntry(seeds, random, PICKLE, truncate),
  'pickle forged lengths': (seeds, random) => inEntry(seeds, random, PICKLE, forgeLengths),
  'spliced opcodes': (seeds, random) => inEntry(seeds, random, PICKLE, spliceOpcodes),
};

/** Of pickles from nothing, in the container that `wrap` makes. */
const pickles = (wrap: (pickle: Uint8Array, random: Random) => Uint8Array): Mutations => ({
  'hostile pickle': (_, random) => wrap(hostilePickle(random), random),
  'random opcodes': (_, random) => wrap(randomProgram(random), random),
  'forged tensors': (_, random) => wrap(forgedTensors(random), random),
});

/** Kinds of damage by container; the fuzzer draws from them evenly. */
export const MUTATIONS: Readonly<Record<Container, Mutations>> = {
  'torch zip': { ...ANY, ...ZIP, ...pickles(inZip), 'zip bombs': (_, random) => zipBomb(random) },
  'torch before 1.6': { ...ANY, ...pickles(inLegacy) },
  TorchScript: {
    ...ANY,
    ...ZIP,
    code: (seeds, random) => inEntry(seeds, random, /\.py$/, spliceCode),
    configuration: (seeds, random) => inEntry(seeds, random, /config\.txt$/, spliceCode),
  },
  safetensors: { ...ANY, 'forged header': (_, random) => forgedSafetensors(random) },
  ONNX: {
    ...ANY,
    texts: ({ own }, random) => hostileTexts(random.pick(own), random),
    metadata: ({ own }, random) => hostileMetadata(random.pick(own), random),
  },
};

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

/** Mutates an entry of an archive whose name matches, if there is one. */
function inEntry(
  { own }: Seeds,
  random: Random,
  wanted: RegExp,
  mutation: (bytes: Uint8Array, random: Random) => Uint8Array,
): Uint8Array {
  const zip = openZip(random.pick(own));
  const entries = Object.fromEntries(zip.names.map((name) => [name, Uint8Array.from(zip.read(name))]));
  const matching = zip.names.filter((name) => wanted.test(name) && entries[name].length > 0);
  if (matching.length > 0) {
    const name = random.pick(matching);
    entries[name] = Uint8Array.from(mutation(entries[name], random));
  }
  return zipSync(entries, { level: 0 });
}

function spliceOpcodes(pickle: Uint8Array, random: Random): Uint8Array {
  let out = pickle;
  for (let i = 0, edits = 1 + random.below(3); i < edits; i++) {
    const at = random.below(out.length);
    out = concat([out.subarray(0, at), hostileSnippet(random), out.subarray(at + random.below(3))]);
  }
  return out;
}

/** What code and configuration are made of, and what is hard for readers of text. */
const CODE = [
  ...['torch.', 'torch.silu_(', 'class ', '\nclass Conv(Module):\n', 'def forward(', '->', 'self.act', '(', ')', ', ', '[', ']'],
  ...['"', "'", '\\', '\n', '{', '}', ':', 'null', '"imgsz": ', '"names": ', '1e999', '-1', '__proto__', '\u001b[2J', '\0'],
]; // prettier-ignore

function spliceCode(bytes: Uint8Array, random: Random): Uint8Array {
  let out = bytes;
  for (let i = 0, edits = 1 + random.below(4); i < edits; i++) {
    const at = random.below(out.length);
    const piece = random.pick(CODE).repeat(random.below(50) === 0 ? random.below(5_000) : 1);
    out = concat([out.subarray(0, at), new TextEncoder().encode(piece), out.subarray(at + random.below(20))]);
  }
  return out;
}

/** A pickle with a few storages to refer to. */
function inZip(pickle: Uint8Array, random: Random): Uint8Array {
  const data = random.bytes(64);
  return torchZip(pickle, { '0': data, '1': data.subarray(0, random.below(64)) });
}

function inLegacy(pickle: Uint8Array, random: Random): Uint8Array {
  return torchLegacy(pickle, [{ key: '0', count: 16, bytes: random.bytes(64) }]);
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
  return pickled(new Map(entries));
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
