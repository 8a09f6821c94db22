/** The format of a file by its first bytes: for clear errors, and so that only image codecs see untrusted bytes. */

export interface FileFormat {
  /** In a few words: 'JPEG', 'HEIC', 'a web page (HTML)' … */
  readonly name: string;
  /** For people: the name, and what to do where such files are not read. */
  readonly description: string;
  /** Whether images of this format are read. */
  readonly supported: boolean;
  /** Whether it is an image, read or not. */
  readonly isImage: boolean;
}

interface Signature {
  readonly name: string;
  /** ASCII, from the offset `at`, or from the beginning. */
  readonly pattern: RegExp;
  readonly at?: number;
  readonly read?: true;
  /** An image that is not read. */
  readonly unread?: true;
  /** What follows the name in messages. */
  readonly note?: string;
}

const CONVERT = 'which is not read (convert it to JPEG or PNG)';

/** The first match decides. */
const SIGNATURES: readonly Signature[] = [
  { name: 'JPEG', pattern: /^\xff\xd8\xff/, read: true },
  { name: 'PNG', pattern: /^\x89PNG\r\n/, read: true },
  { name: 'GIF', pattern: /^GIF8[79]a/, read: true },
  { name: 'WebP', pattern: /^RIFF[^]{4}WEBP/, read: true },
  {
    name: 'a raw photograph',
    pattern: /^(II\*\0[^]{4}CR|FUJIFILMCCD-RAW|IIU\0|IIR[OS]|MMOR)/,
    unread: true,
    note: CONVERT,
  },
  { name: 'JPEG XR', pattern: /^II\xbc/, unread: true, note: CONVERT },
  { name: 'TIFF', pattern: /^(II[*+]\0|MM\0[*+])/, read: true },
  { name: 'AVIF', at: 4, pattern: /^ftyp(avif|avis)/, read: true },
  // The general brands: the list of compatible brands that follows tells AVIF from HEIC.
  { name: 'AVIF', at: 4, pattern: /^ftyp(mif1|msf1)[^]{4}[^]{0,40}avi[fs]/, read: true },
  {
    name: 'HEIC',
    at: 4,
    pattern: /^ftyp(hei|hev|mif1|msf1)/,
    unread: true,
    note: 'whose codec is not included (convert it to JPEG)',
  },
  { name: 'a raw photograph', at: 4, pattern: /^ftypcrx/, unread: true, note: CONVERT },
  { name: 'a video (MP4 or QuickTime)', at: 4, pattern: /^ftyp/ },
  { name: 'BMP', pattern: /^BM([^]{4}\0{4}|[^]{12}[\f(48@l|]\0{3})/, read: true },
  { name: 'JPEG 2000', pattern: /^(\0\0\0\fjP {2}\r\n|\xffO\xffQ)/, unread: true, note: CONVERT },
  { name: 'JPEG XL', pattern: /^(\0\0\0\fJXL \r\n|\xff\n)/, unread: true, note: CONVERT },
  { name: 'Photoshop', pattern: /^8BPS\0/, unread: true, note: CONVERT },
  { name: 'OpenEXR', pattern: /^v\/1[^ -~]/, unread: true, note: CONVERT },
  { name: 'Radiance', pattern: /^#\?(RADIANCE|RGBE)/, unread: true, note: CONVERT },
  { name: 'PNM', pattern: /^P[1-7][ \t\r\n][ \t\r\n#\dWHDT]/, unread: true, note: CONVERT },
  { name: 'an icon', pattern: /^\0\0[^\0 -\xff]\0[^\0]\0/, unread: true, note: CONVERT },
  { name: 'FITS', pattern: /^SIMPLE {2}=/, unread: true, note: CONVERT },
  { name: 'DICOM', at: 128, pattern: /^DICM/, unread: true, note: CONVERT },
  { name: 'a PDF', pattern: /^%PDF/ },
  {
    name: 'SVG',
    pattern: /^(\xef\xbb\xbf)?\s*<\?xml[^]*<svg|^\s*<svg/i,
    unread: true,
    note: 'which has no pixels (render it)',
  },
  { name: 'a web page (HTML)', pattern: /^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)/i },
  { name: 'a zip archive', pattern: /^PK\W\W/ },
];

/** Longest look-ahead of the patterns above. */
export const HEAD_BYTES = 512;

/**
 * The format of a file; `supported` if such images can be read.
 * @param bytes the file, or its first `HEAD_BYTES`.
 */
export function describeFormat(bytes: Uint8Array): FileFormat {
  if (bytes.length === 0) return other('an empty file');
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  for (const { at = 0, pattern, name, note, read = false, unread = false } of SIGNATURES) {
    if (!pattern.test(head.slice(at))) continue;
    return { name, description: note ? `${name}, ${note}` : name, supported: read, isImage: read || unread };
  }
  const isText = /^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(head);
  return other(isText ? 'text' : `${bytes.length} bytes of no known format`);
}

function other(name: string): FileFormat {
  return { name, description: name, supported: false, isImage: false };
}
