/** Damage to files of any format: the same random numbers always give the same bytes. */
import type { Random } from './random.js';

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

/** Values that sizes, counts and offsets break on. */
const FORGED = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
/** Sizes and types of all formats lie here. */
const HEADER_BYTES = 64;

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, random) {
    for (let n = 1 + random.below(16); n > 0; n--) {
      const at = random.below(bytes.length);
      bytes[at] ^= 1 << random.below(8);
    }
    return bytes;
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random.below(bytes.length));
  },
  function forgeNumber(bytes, random) {
    const reach = random.below(2) === 0 ? Math.min(HEADER_BYTES, bytes.length) : bytes.length;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const size = 1 << random.below(3);
    const at = random.below(Math.max(1, reach - size));
    if (at + size > bytes.length) return bytes;
    const value = random.pick(FORGED);
    const isLittle = random.below(2) === 0;
    if (size === 1) view.setUint8(at, value & 0xff);
    else if (size === 2) view.setUint16(at, value & 0xffff, isLittle);
    else view.setUint32(at, value, isLittle);
    return bytes;
  },
  function spliceHeader(bytes, random, other) {
    const head = other.slice(0, random.below(Math.min(HEADER_BYTES * 4, other.length)));
    return concat(head, bytes.slice(random.below(HEADER_BYTES)));
  },
  function spliceMiddle(bytes, random, other) {
    const at = random.below(bytes.length);
    const from = random.below(other.length);
    return concat(bytes.slice(0, at), other.slice(from, from + random.below(256)), bytes.slice(at));
  },
  function removeMiddle(bytes, random) {
    const at = random.below(bytes.length);
    return concat(bytes.slice(0, at), bytes.slice(at + 1 + random.below(64)));
  },
  function fillRange(bytes, random) {
    const at = random.below(bytes.length);
    return bytes.fill(FORGED[random.below(5)], at, at + 1 + random.below(64));
  },
  function repeat(bytes, random) {
    const at = random.below(bytes.length);
    const part = bytes.slice(at, at + 1 + random.below(512));
    return concat(bytes.slice(0, at), ...Array.from({ length: 1 + random.below(20) }, () => part), bytes.slice(at));
  },
];

/** A sound file and what it is called. */
export type Seed = readonly [name: string, bytes: Uint8Array];

/**
 * One to three mutations of one of the files; `name` says which file and which mutations.
 * @param others what pieces are taken from.
 */
export function mutate(
  files: readonly Seed[],
  random: Random,
  others: readonly Seed[] = files,
): { readonly name: string; readonly bytes: Uint8Array } {
  const [file, original] = random.pick(files);
  let bytes: Uint8Array = original.slice();
  const names = [file];
  for (let n = 1 + random.below(3); n > 0 && bytes.length > 0; n--) {
    const mutation = random.pick(MUTATIONS);
    bytes = mutation(bytes, random, random.pick(others)[1]);
    names.push(mutation.name);
  }
  return { name: names.join(' '), bytes };
}
