/** MATLAB's MAT-files of level 5 (MathWorks, "MAT-File Format"), a common format of data sets in vision research. */
import { invalidArgument } from '../../errors.js';
import { MatBytes } from './bytes.js';

/** Numbers, column by column as MATLAB stores them; `logical` ones are 0 or 1. */
export interface MatNumbers {
  readonly kind: 'numbers';
  readonly dims: readonly number[];
  readonly logical: boolean;
  readonly data: MatData;
}

export type MatData =
  Float64Array | Float32Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** Characters, joined column by column. */
export interface MatText {
  readonly kind: 'text';
  readonly dims: readonly number[];
  readonly text: string;
}

/** A cell array, column by column. */
export interface MatCells {
  readonly kind: 'cells';
  readonly dims: readonly number[];
  readonly cells: readonly MatValue[];
}

/** A structure array: one record an element, column by column. */
export interface MatStructs {
  readonly kind: 'structs';
  readonly dims: readonly number[];
  readonly elements: readonly ReadonlyMap<string, MatValue>[];
}

export type MatValue = MatNumbers | MatText | MatCells | MatStructs;

const CLASS = { cell: 1, struct: 2, char: 4, double: 6, uint32: 13 } as const;
const ARRAY_OF_CLASS = new Map<number, new (length: number) => MatData>([
  [6, Float64Array],
  [7, Float32Array],
  [8, Int8Array],
  [9, Uint8Array],
  [10, Int16Array],
  [11, Uint16Array],
  [12, Int32Array],
  [13, Uint32Array],
]);
const CLASS_NAMES: Readonly<Record<number, string>> = {
  3: 'object',
  5: 'sparse array',
  14: 'int64 array',
  15: 'uint64 array',
  16: 'function',
  17: 'object of a class',
};
const TYPE = { int8: 1, int32: 5, uint32: 6, matrix: 14, compressed: 15 } as const;
const LOGICAL = 2;
const COMPLEX = 8;
const HEADER_BYTES = 128;
/** Most levels of structures in cells in structures …; deeper nesting is an attack, not a data set. */
const MOST_NESTING = 32;
const MOST_DIMENSIONS = 32;
const MOST_VALUES = 2 ** 18;
const MOST_FIELDS = 2 ** 12;

/**
 * Reads all variables of a file: numbers up to 32 bits and floats, logicals, text, cells and structures, compressed or
 * not, of either byte order.
 * @param what the file's name for messages.
 * @throws FastSAMError `INVALID_ARGUMENT` for other files (MATLAB 7.3's are HDF5), damaged ones, and complex, sparse or
 *   64-bit arrays, objects and functions.
 */
export function readMat(bytes: Uint8Array, what = 'MAT-file'): ReadonlyMap<string, MatValue> {
  const file = MatBytes.ofFile(bytes, what, HEADER_BYTES);
  const variables = new Map<string, MatValue>();
  const budget = { values: MOST_VALUES };
  let unpacked = 0;
  while (file.left > 0) {
    const element = file.element();
    let inner = element;
    if (element.type === TYPE.compressed) {
      const content = element.body.inflated(unpacked);
      unpacked += content.left;
      inner = content.element();
    }
    if (inner.type !== TYPE.matrix) continue; // other elements at the top are allowed and hold no variable
    const { name, value } = readMatrix(inner.body, 0, budget);
    variables.set(name, value);
  }
  return variables;
}

/** Values that may still come: each takes many times the bytes that it has in the file. */
interface Budget {
  values: number;
}

interface Matrix {
  readonly name: string;
  readonly value: MatValue;
}

function readMatrix(body: MatBytes, depth: number, budget: Budget): Matrix {
  if (--budget.values < 0) throw body.broken(`got more than ${MOST_VALUES} values in cells and structures`);
  if (depth > MOST_NESTING) throw body.broken(`got more than ${MOST_NESTING} levels of nesting`);
  // An empty element is what a field or cell without a value looks like.
  if (body.left === 0) return { name: '', value: empty() };
  const flags = body.numbers([TYPE.uint32]);
  if (flags.length !== 2) throw body.broken(`got array flags of ${flags.length} numbers, expected 2`);
  const matClass = flags[0] & 0xff;
  const bits = (flags[0] >>> 8) & 0xff;
  const dims = Array.from(body.numbers([TYPE.int32]));
  if (dims.length < 2 || dims.length > MOST_DIMENSIONS || dims.some((d) => d < 0)) {
    throw body.broken(`got the dimensions ${dims.slice(0, MOST_DIMENSIONS).join(' x ')}`);
  }
  const count = dims.reduce((product, d) => product * d, 1);
  const name = body.text();
  if ((bits & COMPLEX) !== 0)
    throw body.broken(`got the complex array ${JSON.stringify(name.slice(0, 60))}, expected real numbers`);
  return { name, value: readContent(body, { matClass, logical: (bits & LOGICAL) !== 0, dims, count, depth, budget }) };
}

interface Shape {
  readonly matClass: number;
  readonly logical: boolean;
  readonly dims: readonly number[];
  readonly count: number;
  readonly depth: number;
  readonly budget: Budget;
}

function readContent(body: MatBytes, { matClass, logical, dims, count, depth, budget }: Shape): MatValue {
  if (matClass === CLASS.cell) {
    body.requireElements(count);
    return { kind: 'cells', dims, cells: Array.from({ length: count }, () => readChild(body, depth, budget)) };
  }
  if (matClass === CLASS.struct) return { kind: 'structs', dims, elements: readStructs(body, count, depth, budget) };
  if (matClass === CLASS.char) return { kind: 'text', dims, text: body.text() };
  const arrayType = ARRAY_OF_CLASS.get(matClass);
  if (!arrayType) {
    throw body.broken(`got a ${CLASS_NAMES[matClass] ?? `value of class ${matClass}`}, which is not read here`);
  }
  const stored = body.numbers();
  if (stored.length !== count)
    throw body.broken(`got ${stored.length} numbers, expected ${count} (${dims.join(' x ')})`);
  // MATLAB stores numbers in the smallest type that holds them, whatever their class.
  const data = stored instanceof arrayType ? stored : new arrayType(count);
  if (data !== stored) data.set(stored);
  return { kind: 'numbers', dims, logical, data };
}

function readChild(body: MatBytes, depth: number, budget: Budget): MatValue {
  const { type, body: inner } = body.element();
  if (type !== TYPE.matrix) throw body.broken(`got an element of type ${type}, expected an array`);
  return readMatrix(inner, depth + 1, budget).value;
}

function readStructs(body: MatBytes, count: number, depth: number, budget: Budget): ReadonlyMap<string, MatValue>[] {
  const [nameLength] = body.numbers([TYPE.int32]);
  const names = body.bytes([TYPE.int8]);
  if (!(nameLength >= 1) || names.length % nameLength !== 0) {
    throw body.broken(`got ${names.length} bytes of field names of ${nameLength} each`);
  }
  if (names.length / nameLength > MOST_FIELDS) throw body.broken(`got a structure of more than ${MOST_FIELDS} fields`);
  const fields = Array.from({ length: names.length / nameLength }, (_, i) => {
    const bytes = names.subarray(i * nameLength, (i + 1) * nameLength);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  });
  if (fields.length === 0) return [];
  body.requireElements(count * fields.length);
  return Array.from({ length: count }, () => {
    const record = new Map<string, MatValue>();
    for (const field of fields) record.set(field, readChild(body, depth, budget));
    return record;
  });
}

function empty(): MatNumbers {
  return { kind: 'numbers', dims: [0, 0], logical: false, data: new Float64Array(0) };
}

/**
 * The value as rows: MATLAB's columns turned, `rows * columns` numbers from the top left.
 * @throws FastSAMError `INVALID_ARGUMENT` unless the value is a table of numbers.
 */
export function matrixRows(
  value: MatValue | undefined,
  what: string,
): { data: Float64Array; rows: number; columns: number } {
  if (value?.kind !== 'numbers' || value.dims.length !== 2) {
    throw invalidArgument(`${what}: got ${value?.kind ?? 'nothing'}, expected a table of numbers`);
  }
  const [rows, columns] = value.dims;
  const data = new Float64Array(rows * columns);
  for (let x = 0, p = 0; x < columns; x++) {
    for (let y = 0; y < rows; y++, p++) data[y * columns + x] = value.data[p];
  }
  return { data, rows, columns };
}
