/** What a TIFF says of its first image: whether it can be read, and how its values are to be understood. */
import { ByteReader } from './byteReader.js';
import type { ImageHeader } from './imageHeader.js';
import { UnreadableImage } from './unreadable.js';

const TAGS = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  samples: 277,
  planar: 284,
  tileWidth: 322,
  sampleFormat: 339,
  lumaCoefficients: 529,
  subsampling: 530,
  referenceBlackWhite: 532,
} as const;

/** Bytes of a value by its type; 0 for types that none of the tags has. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/** The tags of an image. */
type Tags = ReadonlyMap<number, readonly number[]>;

/** Photometric interpretations that decoders turn into RGB by themselves. */
const READ = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5, ycbcr: 6 } as const;

const UNREAD: Readonly<Partial<Record<number, string>>> = {
  4: 'a transparency mask',
  8: 'CIELab colours',
  9: 'ICCLab colours',
  10: 'ITULab colours',
  32803: 'a raw sensor image (CFA)',
  32844: 'LogL values',
  32845: 'LogLuv colours',
  34892: 'a raw image (LinearRaw)',
};

const COMPRESSIONS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 7, 8, 32771, 32773, 32946]);
const COMPRESSION_NAMES: Readonly<Partial<Record<number, string>>> = {
  6: 'old-style JPEG', 34661: 'JBIG', 34676: 'SGILog', 34677: 'SGILog24', 34712: 'JPEG 2000', 34887: 'LERC',
  34892: 'lossy JPEG of DNG', 34925: 'LZMA', 50000: 'Zstandard', 50001: 'WebP', 50002: 'JPEG XL', 52546: 'JPEG XL',
}; // prettier-ignore
const JPEG = 7;

/** How the values of a TIFF with YCbCr colours become RGB; see TIFF 6.0, section 21. */
export interface YcbcrRule {
  readonly coefficients: readonly [number, number, number];
  /** Values of black and white for each of Y, Cb, Cr. */
  readonly reference: readonly number[];
}

/** Sizes of the first image, and how many there are. */
export function readTiffHeader(bytes: Uint8Array): ImageHeader | undefined {
  const { first, count } = readDirectories(bytes);
  const one = (tag: number): number => first?.get(tag)?.[0] ?? 0;
  return first && { width: one(TAGS.width), height: one(TAGS.height), frames: count };
}

/**
 * Checks that the first image of a TIFF is of a kind whose colours are known.
 * @returns how its YCbCr values become RGB, where the decoder leaves that to others.
 * @throws UnreadableImage
 */
export function checkTiff(bytes: Uint8Array): YcbcrRule | undefined {
  const { first: tags } = readDirectories(bytes);
  if (!tags) return undefined; // broken: the codec says so
  const one = (tag: number, otherwise: number): number => tags.get(tag)?.[0] ?? otherwise;
  const photometric = one(TAGS.photometric, READ.blackIsZero);
  const samples = one(TAGS.samples, 1);
  const compression = one(TAGS.compression, 1);
  checkColours(photometric, samples, compression);
  checkBits(tags.get(TAGS.bits) ?? [1], one(TAGS.sampleFormat, 1));
  if (one(TAGS.planar, 1) === 2 && samples > 1 && tags.has(TAGS.tileWidth)) {
    throw new UnreadableImage('TIFF with separate planes in tiles');
  }
  if (photometric !== READ.ycbcr || compression === JPEG) return undefined;
  const [across, down] = tags.get(TAGS.subsampling) ?? [2, 2];
  if (across !== 1 || down !== 1) throw new UnreadableImage(`TIFF with YCbCr colours at ${across} x ${down}`);
  const [red, green, blue] = tags.get(TAGS.lumaCoefficients) ?? [0.299, 0.587, 0.114];
  return {
    coefficients: [red, green, blue],
    reference: tags.get(TAGS.referenceBlackWhite) ?? [0, 255, 128, 255, 128, 255],
  };
}

function checkColours(photometric: number, samples: number, compression: number): void {
  const kind = UNREAD[photometric];
  if (kind !== undefined) throw new UnreadableImage(`TIFF with ${kind}`);
  if (!Object.values<number>(READ).includes(photometric)) {
    throw new UnreadableImage(`TIFF with colours of unknown kind ${photometric}`);
  }
  const isGrey = photometric === READ.whiteIsZero || photometric === READ.blackIsZero;
  const most = isGrey ? 2 : photometric === READ.palette ? 2 : photometric === READ.rgb ? 8 : 5;
  // Some writers call three equal bands grey; which are the colours of more, nobody knows.
  if (samples > most && !(isGrey && samples <= 4))
    throw new UnreadableImage(`TIFF with ${samples} channels`, 'choose three of them');
  if (COMPRESSIONS.has(compression)) return;
  throw new UnreadableImage(`TIFF in compression ${COMPRESSION_NAMES[compression] ?? compression}`);
}

const FORMATS = ['', 'unsigned', 'signed', 'float', '', 'complex', 'complex'];

function checkBits(bits: readonly number[], format: number): void {
  if (bits.some((each) => each !== bits[0])) {
    throw new UnreadableImage(`TIFF with channels of ${bits.join(', ')} bits`);
  }
  const isWhole = format === 1 || format === 4;
  if (isWhole ? [1, 2, 4, 8, 16].includes(bits[0]) : format === 3 && bits[0] === 32) return;
  const name = isWhole ? '' : `${FORMATS[format] ?? 'unknown'} `;
  throw new UnreadableImage(
    `TIFF with ${bits[0]} ${name}bits a channel`,
    'convert it to 8 or 16 bits, or to 32-bit float',
  );
}

/** The tags of the first image, and how many there are. A chain of directories that meets itself ends there. */
function readDirectories(bytes: Uint8Array): { readonly first: Tags | undefined; readonly count: number } {
  const reader = new ByteReader(bytes, bytes[0] === 0x49);
  const isBig = reader.u16(2) === 43;
  const seen = new Set<number>();
  const start = isBig ? reader.u64(8) : reader.u32(4);
  let at = start;
  while (at > 0 && at < reader.bytes.length && !seen.has(at)) {
    seen.add(at);
    const count = isBig ? reader.u64(at) : reader.u16(at);
    const next = at + (isBig ? 8 : 2) + count * (isBig ? 20 : 12);
    at = isBig ? reader.u64(next) : reader.u32(next);
  }
  return { first: seen.size === 0 ? undefined : readTags(reader, start, isBig), count: seen.size };
}

/** The tags that are asked for, as numbers. */
function readTags(reader: ByteReader, at: number, isBig: boolean): Tags {
  const known = new Set<number>(Object.values(TAGS));
  const tags = new Map<number, readonly number[]>();
  const [head, entryBytes, countBytes] = isBig ? [8, 20, 8] : [2, 12, 4];
  const entries = Math.min(isBig ? reader.u64(at) : reader.u16(at), Math.floor(reader.bytes.length / entryBytes));
  for (let i = 0; i < entries; i++) {
    const entry = at + head + i * entryBytes;
    const tag = reader.u16(entry);
    const type = reader.u16(entry + 2);
    const count = isBig ? reader.u64(entry + 4) : reader.u32(entry + 4);
    const size = TYPE_BYTES[type] ?? 0;
    if (!known.has(tag) || size === 0 || count === 0 || tags.has(tag)) continue;
    const field = entry + 4 + countBytes;
    const place = size * count <= countBytes ? field : isBig ? reader.u64(field) : reader.u32(field);
    const values = Array.from({ length: Math.min(count, 64) }, (_, n) => readValue(reader, place + n * size, type));
    tags.set(tag, values);
  }
  return tags;
}

function readValue(reader: ByteReader, at: number, type: number): number {
  if (type === 5) return reader.u32(at) / reader.u32(at + 4);
  if (type === 10) return reader.i32(at) / reader.i32(at + 4);
  return TYPE_BYTES[type] === 1
    ? reader.u8(at)
    : TYPE_BYTES[type] === 2
      ? reader.u16(at)
      : TYPE_BYTES[type] === 4
        ? reader.u32(at)
        : reader.u64(at);
}

/** Turns Y, Cb, Cr of 8 bits into RGB, in place. */
export function ycbcrToRgb(data: Uint8Array, { coefficients: [red, green, blue], reference }: YcbcrRule): void {
  const scale = (value: number, black: number, white: number, range: number): number =>
    ((value - black) * range) / (white - black || 1);
  const [blackY, whiteY, blackB, whiteB, blackR, whiteR] = reference;
  for (let i = 0; i + 2 < data.length; i += 3) {
    const y = scale(data[i], blackY, whiteY, 255);
    const r = y + scale(data[i + 2], blackR, whiteR, 127) * (2 - 2 * red);
    const b = y + scale(data[i + 1], blackB, whiteB, 127) * (2 - 2 * blue);
    const g = (y - blue * b - red * r) / green;
    data[i] = toByte(r);
    data[i + 1] = toByte(g);
    data[i + 2] = toByte(b);
  }
}

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
