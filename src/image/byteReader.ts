/** Numbers in bytes that may end early: reading beyond the end gives 0 and is noted, never thrown. */

export class ByteReader {
  readonly #view: DataView;
  /** Whether something was asked for beyond the end. */
  overrun = false;

  constructor(
    readonly bytes: Uint8Array,
    public little = true,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8(at: number): number {
    return this.#has(at, 1) ? this.bytes[at] : 0;
  }

  u16(at: number): number {
    return this.#has(at, 2) ? this.#view.getUint16(at, this.little) : 0;
  }

  u32(at: number): number {
    return this.#has(at, 4) ? this.#view.getUint32(at, this.little) : 0;
  }

  i32(at: number): number {
    return this.#has(at, 4) ? this.#view.getInt32(at, this.little) : 0;
  }

  /** Beyond 2^53 it is not exact, which no file's offset is. */
  u64(at: number): number {
    const [low, high] = this.little ? [at, at + 4] : [at + 4, at];
    return this.u32(high) * 2 ** 32 + this.u32(low);
  }

  /** `length` bytes as Latin-1. */
  text(at: number, length: number): string {
    return String.fromCharCode(...this.bytes.subarray(Math.min(at, this.bytes.length), at + length));
  }

  #has(at: number, count: number): boolean {
    const inside = at >= 0 && at + count <= this.bytes.length;
    if (!inside) this.overrun = true;
    return inside;
  }
}
