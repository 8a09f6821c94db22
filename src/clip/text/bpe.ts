/** Byte-pair encoding of words as CLIP's text encoders were trained with it (Sennrich et al. 2016, on UTF-8 bytes). */

/** Bytes that stand for themselves come first in the vocabulary, in these ranges; the others follow in order. */
const VISIBLE_BYTES: readonly (readonly [first: number, last: number])[] = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
];
const BYTES = 256;
/** Tokens of single bytes: inside a word, then the same at its end. */
const BYTE_TOKENS = 2 * BYTES;
const WORD_END = '</w>';

/** A list of merges that is none. */
export class MergeListError extends Error {}

/** The bytes in the order of their tokens. */
function bytesInTokenOrder(): number[] {
  const visible = VISIBLE_BYTES.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );
  const seen = new Set(visible);
  return [...visible, ...Array.from({ length: BYTES }, (_, i) => i).filter((byte) => !seen.has(byte))];
}

/** How the list of merges writes each byte: visible ones as that character, the others as characters from 256 on. */
function writtenBytes(order: readonly number[]): string[] {
  const visible = VISIBLE_BYTES.reduce((n, [first, last]) => n + last - first + 1, 0);
  return order.map((byte, i) => String.fromCharCode(i < visible ? byte : BYTES + i - visible));
}

/** Turns words into tokens. Tokens are 512 single bytes, then one for each merge in the order of the list. */
export class BytePairEncoder {
  /** Of each byte, its token inside a word. */
  readonly #byteTokens = new Int32Array(BYTES);
  /** `left * size + right` of each pair that merges, to the token that it becomes; a smaller token merges earlier. */
  readonly #merged = new Map<number, number>();
  /** Number of tokens. */
  readonly size: number;

  /**
   * @param merges lines `left right` in order of precedence, as the published lists write them (`</w>` ends a word).
   * @throws MergeListError if a line is no pair of tokens that exist by then.
   */
  constructor(merges: readonly string[]) {
    const order = bytesInTokenOrder();
    order.forEach((byte, token) => (this.#byteTokens[byte] = token));
    this.size = BYTE_TOKENS + merges.length;
    const tokens = new Map<string, number>();
    for (const [token, written] of writtenBytes(order).entries()) {
      tokens.set(written, token);
      tokens.set(written + WORD_END, BYTES + token);
    }
    for (let i = 0; i < merges.length; i++) {
      const line = merges[i];
      const space = line.indexOf(' ');
      const left = tokens.get(line.slice(0, space));
      const right = tokens.get(line.slice(space + 1));
      if (left === undefined || right === undefined) throw new MergeListError(`line ${i + 1}: "${line.slice(0, 80)}"`);
      this.#merged.set(left * this.size + right, BYTE_TOKENS + i);
      tokens.set(line.slice(0, space) + line.slice(space + 1), BYTE_TOKENS + i);
    }
  }

  /** Tokens of one word. @param bytes its UTF-8 bytes, at least one. */
  encode(bytes: Uint8Array): Int32Array {
    const tokens = Int32Array.from(bytes, (byte) => this.#byteTokens[byte]);
    tokens[tokens.length - 1] += BYTES;
    let length = tokens.length;
    for (;;) {
      const next = this.#earliestMerge(tokens, length);
      if (next === undefined) return tokens.slice(0, length);
      length = this.#merge(tokens, length, next);
    }
  }

  /** The token of the merge that comes first in the list, among the pairs of neighbours. */
  #earliestMerge(tokens: Int32Array, length: number): number | undefined {
    let earliest: number | undefined;
    for (let i = 1; i < length; i++) {
      const merged = this.#merged.get(tokens[i - 1] * this.size + tokens[i]);
      if (merged !== undefined && (earliest === undefined || merged < earliest)) earliest = merged;
    }
    return earliest;
  }

  /** Merges every pair that becomes `wanted`, from the left, in place; the new length. */
  #merge(tokens: Int32Array, length: number, wanted: number): number {
    let kept = 0;
    for (let i = 0; i < length; i++, kept++) {
      const isPair = i + 1 < length && this.#merged.get(tokens[i] * this.size + tokens[i + 1]) === wanted;
      tokens[kept] = isPair ? wanted : tokens[i];
      if (isPair) i++;
    }
    return kept;
  }
}
