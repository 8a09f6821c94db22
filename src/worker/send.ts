/** Inputs and options made into what can be sent; what cannot is refused by its name. */
import { FastSAMError, invalidArgument } from '../errors.js';
import { isPixelBatch, valuesOf, type PixelTensor } from '../image/pixels.js';
import { isByteSource, readByteSource } from '../platform/byteSource.js';
import { isOf, requireTextOrUrl } from '../options/requireKind.js';
import { checkNames } from '../options/names.js';
import { showValue } from '../options/showValue.js';
import { workers, type Bitmap, type Handed } from '../platform/workers/workers.js';
import type { ImageInput, PixelData } from '../source/readImage.js';
import type { StreamInput } from '../model/stream.js';
import type { SentImage, SentInput, SentSource, SentTensor } from './protocol.js';
import { copyInSlices, isLarge } from './slices.js';

/** Something to send, and what is handed over with it. */
export interface Parcel<T> {
  readonly content: T;
  readonly handed: readonly Handed[];
}

/** What goes as it is. */
type SentValue = Extract<SentImage, { kind: 'value' }>['value'];

/** Whether the caller's own buffers and bitmaps are handed over. */
type Hands = boolean;

/** One image, a list, or a batch in a tensor. */
export async function sendInput(input: unknown, hands: Hands): Promise<Parcel<SentInput>> {
  if (isPixelBatch(input)) return wrap(await sendTensor(input), (batch) => ({ kind: 'batch', batch }));
  if (!Array.isArray(input)) return wrap(await sendImage(input, hands), (image) => ({ kind: 'one', image }));
  const parcels = await Promise.all(Array.from(input, (each: unknown) => sendImage(each, hands))); // gaps are images, too
  const content: SentInput = { kind: 'list', images: parcels.map((parcel) => parcel.content) };
  return { content, handed: [...new Set(parcels.flatMap(({ handed }) => handed))] };
}

/**
 * One image, or a frame of a video.
 * @throws FastSAMError `INVALID_IMAGE` for elements without pixels, `INVALID_ARGUMENT` for what cannot be sent.
 */
export async function sendImage(input: unknown, hands: Hands): Promise<Parcel<SentImage>> {
  if (typeof input === 'string' || input instanceof URL) return mine({ kind: 'address', address: String(input) });
  if (isFrame(input)) {
    const { index, time } = input;
    const frame = { kind: 'frame', index, ...(time !== undefined && { time }) } as const;
    return wrap(await sendImage(input.image, hands), (image) => ({ ...frame, image }));
  }
  if (isTensor(input)) return sendTensor(input);
  if (hands && isBitmap(input)) return { content: { kind: 'value', value: input }, handed: [input] };
  const { clones } = workers();
  const strips = await workers().capture(input);
  if (strips?.length === 1) return { content: { kind: 'value', value: strips[0] }, handed: strips };
  if (strips) return { content: { kind: 'strips', strips }, handed: strips };
  if (isOf(input, Response) || (isOf(input, Blob) && !clones)) {
    const file = await readByteSource('image', input);
    return { content: { kind: 'file', file }, handed: ownedBy(file.bytes) };
  }
  if (!isSendable(input)) {
    // The words of `readImage`.
    throw invalidArgument(
      `image: got ${typeof input}, expected a path, a URL, an encoded file's bytes, { data, width, height } or a tensor`,
    );
  }
  const value = hands || !clones ? withoutRest(input) : await inSlices(input);
  // A copy that was made here is nobody else's.
  return { content: { kind: 'value', value }, handed: hands || value !== input ? ownedBy(value) : [] };
}

/** What is small stays as it is: the message copies it. */
async function inSlices(input: SentValue): Promise<SentValue> {
  const bytes = input instanceof ArrayBuffer ? new Uint8Array(input) : input;
  if (bytes instanceof Uint8Array) return isLarge(bytes) ? copyInSlices(bytes) : withoutRest(input);
  if (!hasLargePixels(input)) return input;
  const { width, height, data } = input; // of `ImageData` they are no own members
  return { ...input, width, height, data: await copyInSlices(data) };
}

function hasLargePixels(value: unknown): value is PixelData {
  return isLarge(((value ?? {}) as Partial<PixelData>).data);
}

/**
 * Where weights come from. Bytes stay the caller's, and are kept: they are needed again if the worker is lost.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export async function sendSource(source: unknown): Promise<SentSource> {
  if (isOf(source, Blob) && workers().clones) return source;
  if (isOf(source, Blob) || isOf(source, Response)) return readByteSource('weights', source);
  if (isByteSource(source)) return withoutRest(source) as Uint8Array | ArrayBuffer;
  requireTextOrUrl('weights', source);
  return String(source);
}

/**
 * Options as plain data.
 * @param own options that stay here.
 * @throws FastSAMError `INVALID_ARGUMENT` naming what cannot be sent.
 */
export function sendOptions<O extends object, K extends keyof O>(options: O, own: readonly K[]): Omit<O, K> {
  requireOptions(options);
  const left = Object.entries(options).filter(([name]) => !(own as readonly string[]).includes(name));
  for (const [name, value] of left) requirePlain(name, value);
  return Object.fromEntries(left) as Omit<O, K>;
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no object of options. */
export function requireOptions(options: unknown): void {
  if (!isRecord(options)) checkNames(options, []);
}

/**
 * The value, if functions, tensors and other objects with methods are nowhere in it.
 * @throws FastSAMError `INVALID_ARGUMENT` naming what cannot be sent.
 */
export function requirePlain(name: string, value: unknown): unknown {
  try {
    checkPlain(name, value, []);
    return value;
  } catch (error) {
    throw error instanceof FastSAMError ? error : refused(name, showValue(value)); // a getter that throws
  }
}

/** @param above what the value lies in: circles are refused. */
function checkPlain(name: string, value: unknown, above: readonly unknown[]): void {
  if (typeof value === 'function') throw refused(name, 'a function');
  if (typeof value === 'symbol') throw refused(name, 'a symbol');
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return;
  if (above.includes(value)) throw refused(name, 'an object that holds itself');
  if (isTensor(value)) throw refused(name, 'a tensor');
  const within = [...above, value];
  if (Array.isArray(value))
    value.forEach((each, i) => {
      checkPlain(`${name}[${i}]`, each, within);
    });
  else if (isRecord(value)) {
    for (const [key, each] of Object.entries(value)) checkPlain(`${name}.${key}`, each, within);
  } else throw refused(name, showValue(value));
}

const refused = (name: string, got: string): Error =>
  invalidArgument(
    `${name}: got ${got}, which cannot go to a worker, expected plain data; leave it out, or load the model with FastSAM ` +
      "of 'fastsam-tfjs', on this side",
  );

/** Whether a value is an object without a class; false for one that throws when it is looked at. */
function isRecord(value: unknown): value is object {
  try {
    return typeof value === 'object' && value !== null && [Object.prototype, null].includes(prototypeOf(value));
  } catch {
    return false;
  }
}

const prototypeOf = (value: object) => Object.getPrototypeOf(value) as object | null;

/** Pixels with names, and what a browser can clone; methods would be lost on the way. */
function isSendable(value: unknown): value is SentValue {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  if (!isRecord(value)) return true; // the platform says whether it can
  return Object.values(value).every((each) => typeof each !== 'function');
}

/** A part of a larger buffer by itself: a clone would take the whole buffer along. */
function withoutRest<T>(value: T): T | Uint8Array {
  return value instanceof Uint8Array && value.byteLength < value.buffer.byteLength ? new Uint8Array(value) : value;
}

function isTensor(value: unknown): value is PixelTensor {
  const { shape, dtype, data } = (value ?? {}) as Partial<PixelTensor>;
  return Array.isArray(shape) && dtype !== undefined && typeof data === 'function';
}

function isFrame(value: unknown): value is Exclude<StreamInput, ImageInput> {
  return typeof value === 'object' && value !== null && 'image' in value && 'index' in value;
}

async function sendTensor(tensor: PixelTensor): Promise<Parcel<SentTensor>> {
  const { shape, dtype } = tensor;
  return mine({ kind: 'tensor', shape: [...shape], dtype, values: await valuesOf(tensor) });
}

/** What of an image is handed over: its buffer, or the bitmap itself. */
function ownedBy(value: unknown): Handed[] {
  if (value instanceof ArrayBuffer) return [value];
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  const { data } = (value ?? {}) as { readonly data?: unknown };
  return ArrayBuffer.isView(data) ? ownedBy(data) : [];
}

function isBitmap(value: unknown): value is Bitmap {
  return Object.prototype.toString.call(value) === '[object ImageBitmap]';
}

const mine = <T>(content: T): Parcel<T> => ({ content, handed: [] });

function wrap<A, B>({ content, handed }: Parcel<A>, make: (content: A) => B): Parcel<B> {
  return { content: make(content), handed };
}
