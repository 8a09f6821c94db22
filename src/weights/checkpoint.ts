/** Weights files of every kind that is read here, told apart by their first bytes. */
import { FastSAMError } from '../errors.js';
import { invalid, unsupported } from './byteView.js';
import type { Checkpoint } from './checkpointRecord.js';

export type { Checkpoint };
import { junkIn } from './junk.js';
import { requireBytes } from '../options/requireKind.js';
import { withoutWrapper } from './wrappers.js';

type Reader = (bytes: Uint8Array) => Checkpoint;

/** A kind of file. */
interface Container {
  readonly recognises: (bytes: Uint8Array) => boolean;
  /** Loads the code that reads it. */
  readonly reader: () => Promise<Reader>;
}

const readTorch = async (): Promise<Reader> => (await import('./torchCheckpoint.js')).readTorch;

/** PROTO, with which every pickle of protocol 2 and later starts. */
const PICKLE_PROTO = 0x80;

/** safetensors come first: the length of their header may well begin with the bytes of one of the others. */
const CONTAINERS: readonly Container[] = [
  {
    recognises: looksLikeSafetensors,
    reader: async () => (await import('./safetensorsCheckpoint.js')).readSafetensorsCheckpoint,
  },
  { recognises: (bytes) => startsWith(bytes, 'PK'), reader: readTorch },
  { recognises: (bytes) => bytes[0] === PICKLE_PROTO, reader: readTorch },
  { recognises: looksLikeOnnx, reader: async () => (await import('./onnx.js')).readOnnx },
];

/**
 * Reads a checkpoint: `torch.save` files of any age with a pickled Ultralytics model, a TorchScript module or a dict of
 * tensors in them, safetensors, and ONNX models exported by Ultralytics or here. Nothing of the file is executed or
 * imported. The code of a reader is loaded when a file needs it. The tensors are views of `bytes`: they stay valid as long
 * as those do not change.
 * @throws FastSAMError `INVALID_CHECKPOINT` for bytes that are no checkpoint, or a damaged or hostile one;
 *   `UNSUPPORTED_CHECKPOINT` for sound files of a kind that is not read.
 */
export async function readCheckpoint(bytes: Uint8Array): Promise<Checkpoint> {
  requireBytes('checkpoint', bytes);
  const container = CONTAINERS.find(({ recognises }) => recognises(bytes));
  if (!container) throw refusal(bytes);
  const read = await container.reader();
  try {
    const checkpoint = read(bytes);
    return { ...checkpoint, ...withoutWrapper(checkpoint.tensors, checkpoint.modules) };
  } catch (error) {
    if (error instanceof FastSAMError) throw error;
    // Whatever else untrusted bytes provoke (out of memory, for instance) is still the file's fault.
    throw invalid(`checkpoint: cannot be read (${String(error)}); the file is damaged, get it again`, error);
  }
}

/** The length of the header comes first, its opening brace next. */
function looksLikeSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[6] === 0 && bytes[7] === 0 && bytes[8] === '{'.charCodeAt(0);
}

/** The first field of every model is its format version, a small number. */
const IR_VERSION_TAG = 0x08;
const MAX_IR_VERSION = 0x20;
/** First bytes of the fields that may follow: producer, domain, version, graph, operator sets, metadata. */
const NEXT_TAGS: ReadonlySet<number> = new Set([0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72]);

/** ONNX has no magic number; this is as sure as its first three bytes make it. */
function looksLikeOnnx(bytes: Uint8Array): boolean {
  return bytes[0] === IR_VERSION_TAG && bytes[1] > 0 && bytes[1] < MAX_IR_VERSION && NEXT_TAGS.has(bytes[2]);
}

/** Offset and spelling of the magic of a tar header. */
const TAR_MAGIC_AT = 257;
const TAR_MAGIC = 'ustar';

/** An error that says what the bytes are, where one can tell. */
function refusal(bytes: Uint8Array): FastSAMError {
  const expected = 'expected a PyTorch checkpoint (.pt), a safetensors file or an ONNX model';
  if (bytes.length === 0) return invalid(`checkpoint: got an empty file, ${expected}; get it again`);
  if (text(bytes, TAR_MAGIC_AT, TAR_MAGIC.length) === TAR_MAGIC) {
    return unsupported(
      `checkpoint: got a tar archive (torch before 0.2), ${expected}; load and save it with a newer torch`,
    );
  }
  const junk = junkIn(bytes);
  if (junk === 'a web page') {
    return invalid(`checkpoint: got a web page, ${expected}; the download went to a wrong address`);
  }
  if (junk === 'a Git LFS pointer') {
    return invalid(`checkpoint: got a Git LFS pointer, ${expected}; fetch the file itself with \`git lfs pull\``);
  }
  return invalid(`checkpoint: got bytes that start with ${JSON.stringify(text(bytes, 0, 8))}, ${expected}`);
}

function startsWith(bytes: Uint8Array, prefix: string): boolean {
  return text(bytes, 0, prefix.length) === prefix;
}

function text(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}
