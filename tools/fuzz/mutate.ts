/** Seeded damage to files: the same seed and index always give the same bytes. */

/** A small generator of uniform numbers (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Below = (limit: number) => number;
type Mutation = (bytes: Uint8Array, below: Below, other: Uint8Array) => Uint8Array;

/** Values that sizes, counts and offsets break on. */
const FORGED = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
/** Sizes and types of all formats lie here. */
const HEADER_BYTES = 64;

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, below) {
    for (let n = 1 + below(16); n > 0; n--) {
      const at = below(bytes.length);
      bytes[at] ^= 1 << below(8);
    }
    return bytes;
  },
  function truncate(bytes, below) {
    return bytes.slice(0, below(bytes.length));
  },
  function forgeNumber(bytes, below) {
    const reach = below(2) === 0 ? Math.min(HEADER_BYTES, bytes.length) : bytes.length;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const size = 1 << below(3);
    const at = below(Math.max(1, reach - size));
    if (at + size > bytes.length) return bytes;
    const value = FORGED[below(FORGED.length)];
    const isLittle = below(2) === 0;
    if (size === 1) view.setUint8(at, value & 0xff);
    else if (size === 2) view.setUint16(at, value & 0xffff, isLittle);
    else view.setUint32(at, value, isLittle);
    return bytes;
  },
  function spliceHeader(bytes, below, other) {
    return concat(other.slice(0, below(Math.min(HEADER_BYTES * 4, other.length))), bytes.slice(below(HEADER_BYTES)));
  },
  function spliceMiddle(bytes, below, other) {
    const at = below(bytes.length);
    const from = below(other.length);
    return concat(bytes.slice(0, at), other.slice(from, from + below(256)), bytes.slice(at));
  },
  function removeMiddle(bytes, below) {
    const at = below(bytes.length);
    return concat(bytes.slice(0, at), bytes.slice(at + 1 + below(64)));
  },
  function fillRange(bytes, below) {
    const at = below(bytes.length);
    return bytes.fill(FORGED[below(5)], at, at + 1 + below(64));
  },
  function repeat(bytes, below) {
    const at = below(bytes.length);
    const part = bytes.slice(at, at + 1 + below(512));
    return concat(bytes.slice(0, at), ...Array.from({ length: 1 + below(20) }, () => part), bytes.slice(at));
  },
];

/** One to three mutations of one of the files; `name` says which file and which mutations. */
export function mutate(
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
  seed: number,
  index: number,
): { name: string; bytes: Uint8Array } {
  const next = random(Math.imul(seed, 0x9e3779b1) ^ index);
  const below: Below = (limit) => Math.floor(next() * limit);
  const pick = () => files[below(files.length)];
  const [file, original] = pick();
  let bytes: Uint8Array = original.slice();
  const names = [file];
  for (let n = 1 + below(3); n > 0; n--) {
    const mutation = MUTATIONS[below(MUTATIONS.length)];
    if (bytes.length === 0) break;
    bytes = mutation(bytes, below, pick()[1]);
    names.push(mutation.name);
  }
  return { name: names.join(' '), bytes };
}
