/**
 * safetensors files: a u64 header length, a JSON header, then the data (the format's own README is the reference).
 * The reader holds files to the letter of the format: no holes, no overlaps, no repeated keys.
 */
import { ByteView, invalid, unsupported } from './byteView.js';
import { DTYPE_BYTES } from './dtype.js';
import { scanJsonHeader } from './jsonHeader.js';
import { LENGTH_BYTES, METADATA_KEY } from './safetensorsFormat.js';
import { rowMajorStrides, stridedTensor } from './stridedTensor.js';
import { elementCount, type StateDict, type WeightDtype, type WeightTensor } from './tensor.js';
import { requireBytes } from '../options/requireKind.js';

/** A header of 16 MB would name more than 100,000 tensors. */
const MAX_HEADER_BYTES = 16 * 2 ** 20;
const MAX_DIMENSIONS = 16;
const MAX_NAME_LENGTH = 512;

const DTYPES: ReadonlyMap<string, WeightDtype> = new Map([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U64', 'uint64'],
  ['U32', 'uint32'],
  ['U16', 'uint16'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: StateDict;
  readonly metadata: Record<string, string>;
}

/**
 * Reads a file; the tensors are views of its bytes.
 * @throws FastSAMError `INVALID_CHECKPOINT` when it is cut off, inconsistent or hostile; `UNSUPPORTED_CHECKPOINT` for
 * element types that are not read (8-bit floats).
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  requireBytes('safetensors', bytes);
  const file = new ByteView(bytes, 'safetensors file');
  const headerBytes = file.u64(0);
  if (headerBytes > MAX_HEADER_BYTES) {
    throw invalid(`safetensors header: got ${headerBytes} bytes, expected at most ${MAX_HEADER_BYTES}; refused`);
  }
  const header = scanJsonHeader(file.slice(LENGTH_BYTES, headerBytes));
  const data = bytes.subarray(LENGTH_BYTES + headerBytes);
  let metadata: Record<string, string> = {};
  const spans: Span[] = [];
  const tensors = new Map<string, WeightTensor>();
  for (const [name, value] of header) {
    if (name === METADATA_KEY) {
      metadata = metadataOf(value);
      continue;
    }
    const { tensor, span } = readEntry(name, value, data);
    tensors.set(name, tensor);
    spans.push(span);
  }
  checkSpans(spans, data.length);
  return { tensors, metadata };
}

interface Span {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

function readEntry(name: string, value: unknown, data: Uint8Array): { tensor: WeightTensor; span: Span } {
  if (name.length > MAX_NAME_LENGTH)
    throw invalid(`safetensors header: got a name of ${name.length} characters; refused`);
  const { dtype: dtypeName, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  const dtype = typeof dtypeName === 'string' ? DTYPES.get(dtypeName) : undefined;
  if (typeof dtypeName === 'string' && dtype === undefined) {
    throw unsupported(
      `tensor ${name}: got the element type ${JSON.stringify(dtypeName.slice(0, 20))}, which is not read`,
    );
  }
  if (
    dtype === undefined ||
    !isCounts(shape) ||
    shape.length > MAX_DIMENSIONS ||
    !isCounts(offsets) ||
    offsets.length !== 2
  ) {
    throw invalid(`tensor ${name}: its entry lacks dtype, shape or data_offsets; the file is damaged, get it again`);
  }
  const [begin, end] = offsets;
  const expected = elementCount(shape) * DTYPE_BYTES[dtype];
  if (end < begin || end > data.length || end - begin !== expected) {
    throw invalid(
      `tensor ${name}: got bytes ${begin} to ${end} of ${data.length}, expected ${expected} bytes inside; the file is damaged, get it again`,
    );
  }
  const tensor = stridedTensor(
    { dtype, shape, strides: rowMajorStrides(shape), offset: 0, bytes: data.subarray(begin, end) },
    name,
  );
  return { tensor, span: { name, begin, end } };
}

/** The data has to be covered once and wholly. */
function checkSpans(spans: Span[], length: number): void {
  let at = 0;
  for (const span of spans.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (span.begin !== at)
      throw invalid(
        `tensor ${span.name}: starts at byte ${span.begin}, expected ${at}; the file is damaged, get it again`,
      );
    at = span.end;
  }
  if (at !== length)
    throw invalid(`safetensors file: got ${length} bytes of data, expected ${at}; the file is damaged, get it again`);
}

function metadataOf(value: unknown): Record<string, string> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (!isRecord(value) || texts.length !== entries.length) {
    throw invalid('safetensors header: its __metadata__ is no record of strings; the file is damaged, get it again');
  }
  return Object.fromEntries(texts);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
