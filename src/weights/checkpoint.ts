/** Weights files of every kind that is read here, told apart by their first bytes. */
import { FastSAMError } from '../errors.js';
import { invalid, unsupported } from './byteView.js';
import { collectTensors } from './collect.js';
import { looksLikeOnnx, readOnnx } from './onnx.js';
import { readSafetensors } from './safetensors.js';
import type { StateDict, WeightTensor } from './tensor.js';
import { openTorchLegacy, openTorchZip, type TorchFile } from './torchFile.js';
import { factsOf } from './torchMetadata.js';

/** A checkpoint, read. */
export interface Checkpoint {
  /** Container that the bytes were. */
  readonly format: 'torch-zip' | 'torch-legacy' | 'safetensors' | 'onnx';
  /** Which part of the file the tensors come from: what lay under `ema` or `model`, or a dict of tensors. */
  readonly source: 'ema' | 'model' | 'state_dict';
  /** Tensors by Ultralytics name. */
  readonly tensors: StateDict;
  /** Side of the square training image in pixels, where the file says so. */
  readonly imgsz?: number;
  /** Class names by index, where the file says so. */
  readonly names?: Record<number, string>;
  /** Version, date, licence and the like, as the file spells them. */
  readonly metadata: Record<string, string>;
}

/** Offset and spelling of the magic of a tar header. */
const TAR_MAGIC_AT = 257;
const TAR_MAGIC = 'ustar';

/**
 * Reads a checkpoint: `torch.save` files of any age with a pickled Ultralytics model, a TorchScript module or a dict of
 * tensors in them, safetensors, and ONNX models exported by Ultralytics or here. Nothing of the file is executed or imported. The tensors are views of `bytes`: they
 * stay valid as long as those do not change.
 * @throws FastSAMError `INVALID_CHECKPOINT` for bytes that are no checkpoint, or a damaged or hostile one;
 * `UNSUPPORTED_CHECKPOINT` for sound files of a kind that is not read.
 */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof FastSAMError) throw error;
    // Whatever else untrusted bytes provoke (out of memory, for instance) is still the file's fault.
    throw invalid(`checkpoint: cannot be read (${String(error)}); the file is damaged, get it again`, error);
  }
}

function read(bytes: Uint8Array): Checkpoint {
  // First: the length of a safetensors header may well begin with the bytes of one of the others.
  if (looksLikeSafetensors(bytes)) return fromSafetensors(bytes);
  if (startsWith(bytes, 'PK')) return fromTorch(openTorchZip(bytes));
  if (bytes[0] === PICKLE_PROTO) return fromTorch(openTorchLegacy(bytes));
  if (looksLikeOnnx(bytes)) return fromOnnx(bytes);
  throw refusal(bytes);
}

/** PROTO, with which every pickle of protocol 2 and later starts. */
const PICKLE_PROTO = 0x80;

function fromTorch(file: TorchFile): Checkpoint {
  const { source, tensors, module } = collectTensors(file.root, file.tensors);
  return { format: file.format, source, tensors: withoutWrapper(tensors), ...factsOf(file.root, module) };
}

function fromSafetensors(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  const imgsz = Number(metadata.imgsz);
  const names = namesIn(metadata.names);
  return {
    format: 'safetensors',
    source: 'state_dict',
    tensors: withoutWrapper(tensors),
    ...(Number.isInteger(imgsz) && imgsz > 0 ? { imgsz } : {}),
    ...(names === undefined ? {} : { names }),
    metadata,
  };
}

function fromOnnx(bytes: Uint8Array): Checkpoint {
  const { tensors, ...facts } = readOnnx(bytes);
  return { format: 'onnx', source: 'state_dict', tensors: withoutWrapper(tensors), ...facts };
}

/**
 * The strings that keep a checkpoint's facts through a safetensors file: `metadata` as it is, `imgsz` as digits, `names`
 * as JSON. `readCheckpoint` takes them apart again.
 */
export function safetensorsMetadata(checkpoint: Checkpoint): Record<string, string> {
  return {
    ...checkpoint.metadata,
    ...(checkpoint.imgsz === undefined ? {} : { imgsz: String(checkpoint.imgsz) }),
    ...(checkpoint.names === undefined ? {} : { names: JSON.stringify(checkpoint.names) }),
  };
}

function namesIn(text: string | undefined): Record<number, string> | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Names are a convenience; a foreign file may call something else so.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const named = Object.entries(value).filter((entry): entry is [string, string] => {
    return /^\d{1,6}$/.test(entry[0]) && typeof entry[1] === 'string';
  });
  return named.length > 0 ? Object.fromEntries(named) : undefined;
}

/** Names without what wrappers put in front of all of them: `module.` (parallel training), `model.` (the YOLO class). */
function withoutWrapper(tensors: StateDict): StateDict {
  for (const [wrapped, wrapper] of [
    ['module.', 'module.'],
    ['model.model.', 'model.'],
  ]) {
    const names = [...tensors.keys()];
    if (names.length > 0 && names.every((name) => name.startsWith(wrapped))) {
      const unwrapped = [...tensors].map(([name, tensor]): [string, WeightTensor] => [
        name.slice(wrapper.length),
        tensor,
      ]);
      return withoutWrapper(new Map(unwrapped));
    }
  }
  return tensors;
}

/** The length of the header comes first, its opening brace next. */
function looksLikeSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[6] === 0 && bytes[7] === 0 && bytes[8] === '{'.charCodeAt(0);
}

/** An error that says what the bytes are, where one can tell. */
function refusal(bytes: Uint8Array): FastSAMError {
  const expected = 'expected a PyTorch checkpoint (.pt), a safetensors file or an ONNX model';
  if (bytes.length === 0) return invalid(`checkpoint: got an empty file, ${expected}; get it again`);
  if (text(bytes, TAR_MAGIC_AT, TAR_MAGIC.length) === TAR_MAGIC) {
    return unsupported(
      `checkpoint: got a tar archive (torch before 0.2), ${expected}; load and save it with a newer torch`,
    );
  }
  if (text(bytes, 0, 256).trimStart().startsWith('<')) {
    return invalid(`checkpoint: got a web page, ${expected}; the download went to a wrong address`);
  }
  if (text(bytes, 0, 24).startsWith('version https://git-lfs')) {
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
