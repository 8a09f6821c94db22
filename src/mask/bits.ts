/** Small tools on packed bits: least significant bit first, as in `Mask`. */

/** Index of the lowest set bit of a 32-bit word; 32 for 0. */
export function lowestBit(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & -word);
}

/** A word with its `count` lowest bits set; `count` from 0 to 32. */
export function lowBits(count: number): number {
  return count >= 32 ? -1 : (1 << count) - 1;
}

/** Sets the bits `from` (inclusive) to `to` (exclusive) of the bit string that begins at `words[base]`. */
export function fillBits(words: Uint32Array, base: number, from: number, to: number): void {
  if (to <= from) return;
  const first = from >> 5;
  const last = (to - 1) >> 5;
  const head = -1 << (from & 31);
  const tail = lowBits(((to - 1) & 31) + 1);
  if (first === last) {
    words[base + first] |= head & tail;
    return;
  }
  words[base + first] |= head;
  words.fill(0xffffffff, base + first + 1, base + last);
  words[base + last] |= tail;
}

/**
 * Transposes 32 words as a 32 x 32 matrix of bits, in place: bit `c` of word `r` becomes bit `r` of word `c`.
 * Swaps ever smaller off-diagonal blocks, 5 rounds.
 */
export function transpose32(block: Int32Array): void {
  let mask = 0x0000ffff;
  for (let j = 16; j !== 0; j >>= 1, mask ^= mask << j) {
    for (let k = 0; k < 32; k = ((k | j) + 1) & ~j) {
      const t = ((block[k] >>> j) ^ block[k | j]) & mask;
      block[k] ^= t << j;
      block[k | j] ^= t;
    }
  }
}

/**
 * Reads 32 bits of a row of `rowWords` words that begins at `words[base]`, starting at bit `offset`, which may be
 * negative or beyond the end: bits outside the row read as 0.
 */
export function readBits(words: Uint32Array, base: number, rowWords: number, offset: number): number {
  const w = offset >> 5;
  const shift = offset & 31;
  const low = w >= 0 && w < rowWords ? words[base + w] : 0;
  if (shift === 0) return low | 0;
  const high = w >= -1 && w + 1 < rowWords ? words[base + w + 1] : 0;
  return (low >>> shift) | (high << (32 - shift));
}
