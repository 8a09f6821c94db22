/** The two containers that `torch.save` has written: zip archives, and plain concatenations before torch 1.6. */
import { ByteView, invalid, unsupported } from './byteView.js';
import { DTYPE_BYTES, swapBytes } from './dtype.js';
import { unpickle, type Unpickled } from './pickle.js';
import type { PickleValue } from './pickleValues.js';
import { TorchTensors, storageIdOf } from './torchTensor.js';
import { openZip, type ZipArchive } from './zip.js';

/** An opened file: the object that was saved, and what turns its records into tensors. */
export interface TorchFile {
  readonly format: 'torch-zip' | 'torch-legacy';
  readonly root: PickleValue;
  readonly tensors: TorchTensors;
  /** A text of the archive by its path below the root, undefined where there is none. */
  readonly readText: (path: string) => string | undefined;
}

/** data.pkl of an unstripped FastSAM-x is 1 MB. */
const MAX_PICKLE_BYTES = 64 * 2 ** 20;
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;

/**
 * Opens a zip of `torch.save` or of TorchScript (`<root>/data.pkl`, `<root>/data/<key>`).
 * @throws FastSAMError `INVALID_CHECKPOINT`, `UNSUPPORTED_CHECKPOINT`.
 */
export function openTorchZip(bytes: Uint8Array): TorchFile {
  const zip = openZip(bytes);
  const root = rootFolder(zip);
  const bigEndian = isBigEndian(zip, `${root}byteorder`);
  const pickle = zip.read(`${root}data.pkl`);
  if (pickle.length > MAX_PICKLE_BYTES) {
    throw invalid(`data.pkl: got ${pickle.length} bytes, expected at most ${MAX_PICKLE_BYTES}; refused`);
  }
  const { value } = unpickle(pickle);
  const storage = (key: string, itemBytes: number): Uint8Array => {
    const data = zip.read(`${root}data/${key}`);
    return bigEndian ? swapBytes(data, itemBytes) : data;
  };
  const readText = (path: string): string | undefined =>
    zip.has(root + path) ? new TextDecoder().decode(zip.read(root + path)) : undefined;
  return { format: 'torch-zip', root: value, tensors: new TorchTensors({ storage }), readText };
}

/** The folder that everything lies in, with its slash. It is named after the file at the time of saving. */
function rootFolder(zip: ZipArchive): string {
  const found = zip.names.filter((name) => /^([^/]+\/)?data\.pkl$/.test(name));
  if (found.length === 1) return found[0].slice(0, -'data.pkl'.length);
  throw invalid(
    `zip archive: got ${found.length} data.pkl in it, expected one; ` +
      'it is no PyTorch checkpoint; give a .pt file or a .safetensors file',
  );
}

function isBigEndian(zip: ZipArchive, name: string): boolean {
  if (!zip.has(name)) return false;
  const order = new TextDecoder().decode(zip.read(name)).slice(0, 10).trim();
  if (order !== 'little' && order !== 'big')
    throw invalid(`byteorder: got ${JSON.stringify(order)}, expected little or big`);
  return order === 'big';
}

/**
 * Opens a file of torch before 1.6: pickles of a magic number, a protocol number, facts about the machine, the object
 * and the storage keys; then each storage in the order of its key, with its length before it.
 * @throws FastSAMError `INVALID_CHECKPOINT`, `UNSUPPORTED_CHECKPOINT`.
 */
export function openTorchLegacy(bytes: Uint8Array): TorchFile {
  const magic = unpickle(bytes);
  const protocol = unpickle(bytes, magic.end);
  if (magic.value !== LEGACY_MAGIC || protocol.value !== LEGACY_PROTOCOL) {
    throw unsupported('checkpoint: got a pickle that torch.save did not write; save the weights with torch.save');
  }
  const system = unpickle(bytes, protocol.end);
  const object = unpickle(bytes, system.end);
  const keys = unpickle(bytes, object.end);
  const storages = locateStorages(bytes, object, keys);
  const storage = (key: string): Uint8Array => {
    const data = storages.get(key);
    if (data === undefined)
      throw invalid(
        `checkpoint: got no storage ${JSON.stringify(key.slice(0, 80))}; the file is damaged, get it again`,
      );
    return data;
  };
  const tensors = new TorchTensors({ storage });
  return { format: 'torch-legacy', root: object.value, tensors, readText: () => undefined };
}

function locateStorages(bytes: Uint8Array, object: Unpickled, keys: Unpickled): Map<string, Uint8Array> {
  const itemBytes = new Map<string, number>();
  for (const reference of object.persistentIds) {
    const id = storageIdOf(reference);
    if (id !== undefined) itemBytes.set(id.key, DTYPE_BYTES[id.dtype]);
  }
  if (!Array.isArray(keys.value))
    throw invalid('checkpoint: got no list of storages; the file is damaged, get it again');
  const file = new ByteView(bytes, 'checkpoint');
  const storages = new Map<string, Uint8Array>();
  let at = keys.end;
  for (const key of keys.value) {
    const size = typeof key === 'string' ? itemBytes.get(key) : undefined;
    if (typeof key !== 'string' || size === undefined || storages.has(key)) {
      throw invalid('checkpoint: its list of storages does not fit its tensors; the file is damaged, get it again');
    }
    const length = file.u64(at) * size;
    storages.set(key, file.slice(at + 8, length));
    at += 8 + length;
  }
  return storages;
}
