/** The format of a file by its first bytes: for clear errors, and so that only image codecs see untrusted bytes. */

export interface FileFormat {
  /** For people: 'JPEG', 'a web page (HTML)' … */
  readonly description: string;
  /** Whether images of this format are read. */
  readonly supported: boolean;
}

/** ASCII patterns by offset; `supported` as in `FileFormat`. The first match decides. */
const SIGNATURES: readonly (FileFormat & { readonly at: number; readonly pattern: RegExp })[] = [
  { at: 0, pattern: /^\xff\xd8\xff/, description: 'JPEG', supported: true },
  { at: 0, pattern: /^\x89PNG\r\n/, description: 'PNG', supported: true },
  { at: 0, pattern: /^GIF8[79]a/, description: 'GIF', supported: true },
  { at: 0, pattern: /^RIFF[^]{4}WEBP/, description: 'WebP', supported: true },
  { at: 0, pattern: /^(II[*+]\0|MM\0[*+])/, description: 'TIFF', supported: true },
  { at: 4, pattern: /^ftyp(avif|avis)/, description: 'AVIF', supported: true },
  // The general brands: the list of compatible brands that follows tells AVIF from HEIC.
  { at: 4, pattern: /^ftyp(mif1|msf1)[^]{4}[^]{0,40}avif/, description: 'AVIF', supported: true },
  {
    at: 4,
    pattern: /^ftyp(hei|hev|mif1|msf1)/,
    description: 'HEIC, whose codec is not included (convert it to JPEG)',
    supported: false,
  },
  { at: 4, pattern: /^ftyp/, description: 'a video (MP4 or QuickTime)', supported: false },
  { at: 0, pattern: /^BM[^]{4}\0\0\0\0/, description: 'BMP, which is not read (convert it to PNG)', supported: false },
  { at: 0, pattern: /^%PDF/, description: 'a PDF', supported: false },
  {
    at: 0,
    pattern: /^(\xef\xbb\xbf)?\s*<\?xml[^]*<svg|^\s*<svg/i,
    description: 'SVG, which has no pixels (render it)',
    supported: false,
  },
  {
    at: 0,
    pattern: /^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)/i,
    description: 'a web page (HTML)',
    supported: false,
  },
  { at: 0, pattern: /^PK\W\W/, description: 'a zip archive', supported: false },
];

/** Longest look-ahead of the patterns above. */
const HEAD_BYTES = 512;

/** The format of a file; `supported` if such images can be read. */
export function describeFormat(bytes: Uint8Array): FileFormat {
  if (bytes.length === 0) return { description: 'an empty file', supported: false };
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  for (const { at, pattern, description, supported } of SIGNATURES) {
    if (pattern.test(head.slice(at))) return { description, supported };
  }
  const isText = /^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(head);
  return { description: isText ? 'text' : `${bytes.length} bytes of no known format`, supported: false };
}
