/** Recognises videos by their first bytes, where there is no name. */

/** Bytes needed to recognise a video. */
export const VIDEO_HEAD = 512;

/** Patterns by offset. All patterns of a line must match. */
const SIGNATURES: readonly (readonly (readonly [number, string])[])[] = [
  ...['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip'].map((box) => [[4, box]] as const), // MP4, QuickTime
  [[0, '\x1aE\xdf\xa3']], // Matroska, WebM
  [
    [0, 'RIFF'],
    [8, 'AVI '],
  ],
  [[0, 'FLV\x01']],
  [[0, 'OggS']],
  [[0, '0&\xb2u']], // ASF: .wmv
  [[0, 'YUV4MPEG2 ']],
  [[0, '\0\0\x01\xba']], // MPEG program stream
  [[0, '\0\0\x01\xb3']], // MPEG-1, MPEG-2 without a container
  [[0, '\0\0\0\x01']], // H.264, HEVC without a container
  [[0, '\0\0\x01\x09']], // the same with a short start code
  [[0, '\0\0\x01\x67']],
  [[0, 'DKIF']], // IVF
  [[0, 'nut/multimedia container']],
  [[0, '\x06\x0e+4']], // MXF
  [[0, '.RMF']], // RealMedia
  [
    [0, 'G'], // MPEG transport stream: packets of 188 bytes
    [188, 'G'],
    [376, 'G'],
  ],
  [
    [4, 'G'], // the same with a time before each, of Blu-ray and cameras
    [196, 'G'],
    [388, 'G'],
  ],
];

/** HEIF and AVIF are images in MP4's boxes. */
const IMAGE_BRANDS: ReadonlySet<string> = new Set('avif avis mif1 msf1 heic heix heim heis hevc hevx'.split(' '));

/** Whether bytes are the start of a known kind of video or sound. Animated GIF, WebP and AVIF count as images. */
export function isVideoBytes(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, VIDEO_HEAD));
  if (head.startsWith('ftyp', 4) && IMAGE_BRANDS.has(head.slice(8, 12))) return false;
  if (head.startsWith('GIF8')) return false; // or, once in 65,536, a transport stream
  return SIGNATURES.some((parts) => parts.every(([offset, text]) => head.startsWith(text, offset)));
}
