/** Packs torch archives for tests and for the fuzzer. */
import { zipSync, type Zippable } from 'fflate';
import { op, pickled, type Picklable } from './pickleWriter.js';

/** A zip as `torch.save` lays it out, stored unless a level of compression is asked for. */
export function torchZip(
  pickle: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
  options: { level?: 0 | 6; byteorder?: string } = {},
): Uint8Array {
  const entries: Zippable = { 'archive/data.pkl': pickle, 'archive/version': new TextEncoder().encode('3\n') };
  if (options.byteorder !== undefined) entries['archive/byteorder'] = new TextEncoder().encode(options.byteorder);
  for (const [key, bytes] of Object.entries(storages)) entries[`archive/data/${key}`] = bytes;
  return zipSync(entries, { level: options.level ?? 0 });
}

/** A file of torch before 1.6. */
export function torchLegacy(
  object: Uint8Array,
  storages: readonly { key: string; count: number; bytes: Uint8Array }[],
): Uint8Array {
  const magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, op('.')];
  const parts: Uint8Array[] = [
    Uint8Array.from(magic),
    pickled(1001),
    pickled(new Map<Picklable, Picklable>([['protocol_version', 1001]])),
    object,
    pickled(storages.map(({ key }) => key)),
  ];
  for (const { count, bytes } of storages) {
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(count), true);
    parts.push(length, bytes);
  }
  return concat(parts);
}

/** A safetensors file with the given header text, padded or not as the text is. */
export function safetensorsFile(header: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, text.length, true);
  return concat([length, text, data]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
