/** Single-byte code pages in the direction that TextEncoder lacks: from text back to the bytes it was read from. */

/** What Windows-1252 has at 80 to 9F, where Latin-1 has controls; its five empty places mean themselves. */
export const WINDOWS_1252_HIGH = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Stands for a byte that a reader could not map and replaced by U+FFFD; no text holds it on purpose. */
export const LOST_BYTE = 0x1a;

/** A code page: of each character, its byte. */
export type CodePage = ReadonlyMap<string, number>;

/** @param high the 128 characters of the bytes 80 to FF. @param marksLost whether U+FFFD becomes `LOST_BYTE`. */
function codePage(high: string, marksLost: boolean): CodePage {
  const page = new Map<string, number>();
  for (let byte = 0; byte < 0x80; byte++) page.set(String.fromCharCode(byte), byte);
  for (let i = 0; i < 0x80; i++) page.set(high[i], 0x80 + i);
  if (marksLost) {
    page.delete(String.fromCharCode(LOST_BYTE));
    page.set('\ufffd', LOST_BYTE);
  }
  return page;
}

/** U+0080 to U+00FF at their own numbers. */
const LATIN_1_HIGH = String.fromCharCode(...Array.from({ length: 0x80 }, (_, i) => 0x80 + i));

export const LATIN_1 = codePage(LATIN_1_HIGH, false);
export const WINDOWS_1252 = codePage(WINDOWS_1252_HIGH + LATIN_1_HIGH.slice(0x20), true);

/** A code page that the platform can decode; its empty places mean the controls of the same number. */
function decoded(label: string): CodePage {
  const high = new TextDecoder(label).decode(Uint8Array.from({ length: 0x80 }, (_, i) => 0x80 + i));
  return codePage(
    Array.from(high, (c, i) => (c === '\ufffd' ? LATIN_1_HIGH[i] : c)).join(''),
    label.startsWith('windows'),
  );
}

/** The other pages in which UTF-8 is often misread. */
export const OTHER_PAGES: readonly CodePage[] = [
  'windows-1251',
  'windows-1250',
  'windows-1253',
  'windows-1254',
  'windows-1257',
  'iso-8859-2',
  'macintosh',
].map(decoded);

/** The text as bytes of the page, one character (00 to FF) each; undefined if a character is not in it. */
export function toPage(text: string, page: CodePage): string | undefined {
  let bytes = '';
  for (const c of text) {
    const byte = page.get(c);
    if (byte === undefined) return undefined;
    bytes += String.fromCharCode(byte);
  }
  return bytes;
}
