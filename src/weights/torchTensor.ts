/**
 * PyTorch tensors out of pickle records: a short list of rebuild functions is understood, each size is checked against
 * the bytes that are there before anything is allocated, and values convert when they are asked for.
 */
import { invalid, unsupported } from './byteView.js';
import { DTYPE_BYTES } from './dtype.js';
import { PersistentId, PickleGlobal, PickleObject, PickleTuple, type PickleValue } from './pickleValues.js';
import { stridedTensor } from './stridedTensor.js';
import type { WeightDtype, WeightTensor } from './tensor.js';

/** Where the elements of storages are. */
export interface StorageSource {
  /**
   * Little-endian bytes of a storage.
   * @param itemBytes bytes of an element, for containers whose bytes need swapping.
   * @throws FastSAMError `INVALID_CHECKPOINT` when there is no such storage.
   */
  storage(key: string, itemBytes: number): Uint8Array;
}

/** Element type by the name of the storage class, whatever its module. */
const STORAGE_DTYPES: ReadonlyMap<string, WeightDtype> = new Map([
  ['DoubleStorage', 'float64'],
  ['FloatStorage', 'float32'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['LongStorage', 'int64'],
  ['IntStorage', 'int32'],
  ['ShortStorage', 'int16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
  // Bytes without a type; `_rebuild_tensor_v3` brings the type.
  ['UntypedStorage', 'uint8'],
]);

/** Element type by its name in `torch`, as `_rebuild_tensor_v3` records it. */
const TORCH_DTYPES: ReadonlyMap<string, WeightDtype> = new Map([
  ...(Object.keys(DTYPE_BYTES) as WeightDtype[]).map((dtype) => [dtype, dtype] as const),
  ['double', 'float64'],
  ['float', 'float32'],
  ['half', 'float16'],
  ['long', 'int64'],
  ['int', 'int32'],
  ['short', 'int16'],
]);

const MAX_DIMENSIONS = 16;
/** A parameter wraps a tensor once; a subclass of it once more. */
const MAX_WRAPPERS = 4;

/** Turns records into tensors; keeps each storage's bytes, so that tensors that share one share it here as well. */
export class TorchTensors {
  readonly #storages = new Map<string, Uint8Array>();

  constructor(readonly source: StorageSource) {}

  /** Bytes of all storages that were needed so far. */
  get storageBytes(): number {
    let sum = 0;
    for (const bytes of this.#storages.values()) sum += bytes.length;
    return sum;
  }

  /**
   * The tensor that a record describes; undefined when it describes something else.
   * @param name the tensor's, for messages.
   * @throws FastSAMError `INVALID_CHECKPOINT` when sizes, strides and storage do not fit together;
   * `UNSUPPORTED_CHECKPOINT` for quantised, sparse and complex tensors.
   */
  tensorOf(value: PickleValue, name: string): WeightTensor | undefined {
    let record = value;
    for (let depth = 0; depth <= MAX_WRAPPERS; depth++) {
      if (!(record instanceof PickleObject) || !isTorchModule(record.moduleName)) return undefined;
      const { className, args } = record;
      switch (className) {
        case '_rebuild_tensor':
        case '_rebuild_tensor_v2':
          return this.#tensor(args, undefined, name);
        case '_rebuild_tensor_v3':
          return this.#tensor(args, args[6], name);
        case '_rebuild_parameter':
        case '_rebuild_parameter_with_state':
        case 'Parameter':
          record = args[0] ?? null;
          break;
        case '_rebuild_from_type_v2':
          record = args[2] instanceof PickleTuple ? new PickleObject(args[0], args[2].items) : null;
          break;
        default:
          if (!className.startsWith('_rebuild_')) return undefined;
          throw unsupported(`tensor ${name}: got one rebuilt by ${className}, expected a plain dense tensor`);
      }
    }
    throw invalid(`tensor ${name}: is wrapped in parameters without end; the file is damaged, get it again`);
  }

  #tensor(args: readonly PickleValue[], typeRecord: PickleValue | undefined, name: string): WeightTensor {
    const [reference, offset, size, stride] = args;
    const storage = this.#storage(reference, name);
    const dtype = typeRecord === undefined ? storage.dtype : dtypeOf(typeRecord, name);
    const shape = sizesOf(size, name);
    const strides = sizesOf(stride, name);
    if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0 || strides.length !== shape.length) {
      throw invalid(`tensor ${name}: its offset, sizes and strides make no sense; the file is damaged, get it again`);
    }
    return stridedTensor({ dtype, shape, strides, offset, bytes: storage.bytes }, name);
  }

  /** The storage behind ('storage', class, key, location, element count[, view]). */
  #storage(reference: PickleValue | undefined, name: string): { dtype: WeightDtype; bytes: Uint8Array } {
    const id = reference instanceof PersistentId ? storageIdOf(reference) : undefined;
    if (id === undefined)
      throw invalid(`tensor ${name}: got no storage it could lie in; the file is damaged, get it again`);
    const itemBytes = DTYPE_BYTES[id.dtype];
    const key = `${itemBytes}/${id.key}`;
    let known = this.#storages.get(key);
    if (known === undefined) {
      known = this.source.storage(id.key, itemBytes);
      this.#storages.set(key, known);
    }
    const start = (id.view?.offset ?? 0) * itemBytes;
    const length = (id.view?.count ?? id.count) * itemBytes;
    if (start + length > known.length) {
      throw invalid(
        `tensor ${name}: its storage ${id.key} has ${known.length} bytes, expected ${start + length}; ` +
          'the file is damaged, get it again',
      );
    }
    return { dtype: id.dtype, bytes: known.subarray(start, start + length) };
  }
}

/** What a persistent id says about a storage. */
export interface StorageId {
  readonly dtype: WeightDtype;
  readonly key: string;
  /** Elements of the whole storage. */
  readonly count: number;
  /** The part of it that is meant, in elements (files of torch before 0.4 only). */
  readonly view: { readonly offset: number; readonly count: number } | undefined;
}

/**
 * Reads a torch storage's persistent id; undefined when it is something else.
 * @throws FastSAMError `UNSUPPORTED_CHECKPOINT` for storages of complex or quantised elements.
 */
export function storageIdOf(reference: PersistentId): StorageId | undefined {
  if (!(reference.id instanceof PickleTuple)) return undefined;
  const [tag, storageClass, key, , count, viewRecord] = reference.id.items;
  if (tag !== 'storage' || !(storageClass instanceof PickleGlobal)) return undefined;
  const dtype = STORAGE_DTYPES.get(storageClass.name);
  if (dtype === undefined)
    throw unsupported(`checkpoint: got a storage of the kind ${shorten(storageClass.name)}, which is not read`);
  if (typeof key !== 'string' || !isSize(count)) return undefined;
  if (!(viewRecord instanceof PickleTuple)) return { dtype, key, count, view: undefined };
  const [, offset, viewCount] = viewRecord.items;
  return isSize(offset) && isSize(viewCount) ? { dtype, key, count, view: { offset, count: viewCount } } : undefined;
}

function isTorchModule(module: string): boolean {
  return module === 'torch' || module.startsWith('torch.');
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function dtypeOf(value: PickleValue, name: string): WeightDtype {
  const dtype = value instanceof PickleGlobal ? TORCH_DTYPES.get(value.name) : undefined;
  if (dtype === undefined) throw unsupported(`tensor ${name}: got an element type that is not read`);
  return dtype;
}

/** Sizes or strides: a tuple, or a `torch.Size` or a TorchScript list around one. */
function sizesOf(value: PickleValue | undefined, name: string): number[] {
  const inner = value instanceof PickleObject ? value.args[0] : value;
  const items = inner instanceof PickleTuple ? inner.items : inner;
  if (!Array.isArray(items) || items.length > MAX_DIMENSIONS || !items.every(isSize)) {
    throw invalid(
      `tensor ${name}: its sizes or strides are no list of at most ${MAX_DIMENSIONS} counts; the file is damaged, get it again`,
    );
  }
  return [...items];
}

function shorten(name: string): string {
  return name.slice(0, 80);
}
