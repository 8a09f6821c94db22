/** What one protobuf file can hold: ONNX and SavedModel keep their weights inside. */
import { invalidArgument } from '../errors.js';

/** Protocol buffers end here; a model beyond would need its weights in files beside it. */
const MAX_BYTES = 2 ** 31 - 1;
/** For everything but weights. */
const SLACK = 2 ** 24;

/** @throws FastSAMError `INVALID_ARGUMENT` where arrays of so many bytes do not fit into one file. */
export function requireProtobufSize(arrays: readonly { readonly length: number }[]): void {
  const total = arrays.reduce((sum, { length }) => sum + length, 0);
  if (total <= MAX_BYTES - SLACK) return;
  throw invalidArgument(
    `export: got ${total} bytes of weights, expected less than 2 GB, all that one file of this format holds; use half`,
  );
}
