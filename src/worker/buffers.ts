/** The buffers of plain data. */

/**
 * Every buffer that typed arrays in plain data use whole: those that can be handed over. Shared memory and parts of larger
 * buffers are copied instead.
 */
export function buffersOf(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const visit = (each: unknown): void => {
    if (typeof each !== 'object' || each === null) return;
    if (each instanceof ArrayBuffer) found.add(each);
    else if (ArrayBuffer.isView(each)) {
      const { buffer, byteLength } = each;
      if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) found.add(buffer);
    } else if (each instanceof Map) {
      for (const part of each.values()) visit(part);
    } else if (Array.isArray(each) || Object.getPrototypeOf(each) === Object.prototype) {
      for (const part of Object.values(each)) visit(part);
    }
  };
  visit(value);
  return [...found];
}
