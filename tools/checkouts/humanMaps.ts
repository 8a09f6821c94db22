/** Writes the boundaries of one person as a MAT-file of level 5, as BSDS500's `groundTruth/` has them. */

/** Codes of element types and of classes of arrays in a MAT-file. */
const TYPE = { int8: 1, uint8: 2, int32: 5, uint32: 6, matrix: 14 } as const;
const CLASS = { cell: 1, struct: 2, uint8: 9 } as const;
const LOGICAL = 0x200;
/** Bytes of a name of a field, with the zeros behind it. */
const FIELD_BYTES = 32;

/**
 * `groundTruth`, a cell with one structure whose `Boundaries` are the map.
 * @param map rows of `width * height`, 1 on boundaries.
 */
export function humanMaps(map: Uint8Array, width: number, height: number): Uint8Array {
  const columns = Uint8Array.from(map, (_, p) => map[(p % height) * width + Math.floor(p / height)]);
  const boundaries = matrix(CLASS.uint8 | LOGICAL, [height, width], '', [element(TYPE.uint8, columns)]);
  const names = new Uint8Array(FIELD_BYTES);
  names.set(text('Boundaries'));
  const fields = [element(TYPE.int32, int32([FIELD_BYTES])), element(TYPE.int8, names), boundaries];
  const person = matrix(CLASS.struct, [1, 1], '', fields);
  return Buffer.concat([header(), matrix(CLASS.cell, [1, 1], 'groundTruth', [person])]);
}

/** 128 bytes: a text, the version, and the mark of little-endian numbers. */
function header(): Uint8Array {
  const bytes = new Uint8Array(128).fill(0x20, 0, 116);
  bytes.set(text('MATLAB 5.0 MAT-file'));
  bytes.set([0x00, 0x01, 0x49, 0x4d], 124);
  return bytes;
}

function matrix(
  flags: number,
  dimensions: readonly number[],
  name: string,
  content: readonly Uint8Array[],
): Uint8Array {
  const parts = [
    element(TYPE.uint32, int32([flags, 0])),
    element(TYPE.int32, int32(dimensions)),
    element(TYPE.int8, text(name)),
    ...content,
  ];
  return element(TYPE.matrix, Buffer.concat(parts));
}

/** Type, length, and the bytes, filled up to a multiple of 8. */
function element(type: number, bytes: Uint8Array): Uint8Array {
  const padding = new Uint8Array((8 - (bytes.length % 8)) % 8);
  return Buffer.concat([int32([type, bytes.length]), bytes, padding]);
}

function int32(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => {
    view.setInt32(4 * i, value, true);
  });
  return new Uint8Array(view.buffer);
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
