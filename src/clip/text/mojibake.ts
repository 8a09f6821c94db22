/**
 * Text that was UTF-8, was read in a single-byte code page, and shows as "cafÃ©" or "â€œdogâ€". The tokenizers of
 * Python repair it with ftfy, which looks for improbable neighbours among characters. This file judges the bytes. The
 * text is encoded back to bytes, and if these are unlikely to be UTF-8 by chance, they are decoded as UTF-8.
 */
import { LATIN_1, LOST_BYTE, OTHER_PAGES, toPage, WINDOWS_1252, type CodePage } from './codePages.js';

const ASCII = /^[\0-\x7f]*$/;
/** Bytes (as characters) of UTF-8 sequences of two to four bytes. */
const SEQUENCE = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;
/** "Ã" that stands alone was "à" (not in Portuguese "às", "àquele"): its second byte, a no-break space, met a space. */
const GRAVE_A = /\xc3 (?! |s |quel[ae]|quilo)/g;
/** Sequences in which a space stands for the no-break space, byte A0, and the result is a common character. */
const SPACED = /[\xc2\xc3\xc5\xce\xd0\xd9] |[\xe2\xe3] [\x80-\x9f\xa1-\xbf]|[\xe0-\xe3][\x80-\x9f\xa1-\xbf] /g;
const LOST = String.fromCharCode(LOST_BYTE);
/** Sequences with a lost byte, whose character cannot be known. */
const LOSSY = new RegExp(
  `[\xc2-\xdf]${LOST}|[\xe0-\xef](?:${LOST}[${LOST}\x80-\xbf]|[\x80-\xbf]${LOST})|[\xf0-\xf4](?=.{0,2}${LOST})[${LOST}\x80-\xbf]{3}|${LOST}`,
  'g',
);
/** U+FFFD in UTF-8. */
const REPLACEMENT_BYTES = '\xef\xbf\xbd';
/** One character read from Windows-1252 or Latin-1 bytes that are a UTF-8 sequence, or several in a row. */
const EMBEDDED = embeddedSequences();

function embeddedSequences(): RegExp {
  const tails = [...WINDOWS_1252, ...LATIN_1].filter(([, byte]) => byte >= 0x80 && byte < 0xc0).map(([c]) => c);
  const tail = `[ ${[...new Set(tails)].join('')}]`;
  // "Â" with a space that nothing precedes is a letter.
  return new RegExp(`(?:(?!(?<!\\S)Â )[Â-ß]${tail}|[à-ï]${tail}{2}|[ð-ô]${tail}{3})+`, 'g');
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: string): string | undefined {
  try {
    return UTF_8.decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** Windows-1252 bytes by what they look like. */
const LOOK = {
  capital: '\x8a\x8c\x8e\x9f\xc0-\xd1\xd8\xdc\xdd',
  small: '\x9a\x9c\x9e\xdf-\xf1',
  money: '\x80\xa2\xa3\xa5',
  number: '\xb1-\xb3\xb5\xb9\xbc-\xbe\xd7\xf7',
  paragraph: '\xa7\xb6',
  opening: '\x82\x84\x8b\x91\x93\x95\xa1\xa9\xab\xbf',
  closing: '\x94\x99\x9b\xae\xbb',
  /** Signs that hardly anybody writes: lone accents, "¦", "¤", "†" … */
  rare: '\x1a\x83\x86-\x89\x98\xa4\xa6\xa8\xaa\xac\xaf\xb8\xba',
} as const;

/**
 * Neighbours that correct text of any language hardly has: a small letter before a capital with accent, "Ã©", "â€" …
 */
const IMPROBABLE = improbableNeighbours();

function improbableNeighbours(): RegExp {
  const { capital, small, money, number, paragraph, opening, closing, rare } = LOOK;
  const any = `${capital}${small}${money}${number}${paragraph}${opening}${closing}`;
  const pairs = [
    [any, rare],
    [rare, any + rare],
    [small + closing + money + number, capital],
    [closing + money + number, small],
    [small + closing, money],
    [money + number, opening],
    [capital, `${number}${paragraph}\xb0`],
    ['\xc2\xc3\xce\xd0', `\x80\xa2\xa3${opening}${closing}\x8a\x96\x97\x9a\x9c\x9e\x9f\xa0\xad\xb0\xb4\xb7`],
    ['\x8c\x9c', '\0-@\\[-`{-\xff'],
    ['\xe0', '\xb2\xb5\xb9\xbc-\xbe'],
  ].map(([left, right]) => `[${left}][${right}]`);
  const longer = [
    `[${small}${capital}${money}${closing}][${opening}][${number}]`,
    `[${small}${capital}${money}${number}${paragraph}][${closing}][${opening}]`,
    `[a-z][${capital}][${opening}${money}]`,
    `\\s[${capital}][${money}]`,
    `[${small}${capital}][${opening}${closing}][\\wÀ-ÖØ-öø-ÿ]`,
    `(?:[\xd8\xd9][\x85\x92\x96\x97\xa0\xad\xb4\xb7\xb0\xbb\x8a${money}${rare}${number}${opening}\x9f\xae]){2}`,
    '(?:[a-z]\\s?|^)[\xc2\xc3] ',
  ];
  return new RegExp([...pairs, ...longer].join('|'));
}

/** Whether the text looks misread: controls of Latin-1, or neighbours in Windows-1252 that nobody writes. */
function looksMisread(text: string): boolean {
  let bytes = '';
  for (const c of text) {
    if (c >= '\x80' && c <= '\x9f') return true;
    bytes += String.fromCharCode(WINDOWS_1252.get(c) ?? 0);
  }
  return IMPROBABLE.test(bytes);
}

/** Sequences that make text convincing in the pages of other scripts. */
const ENOUGH_SEQUENCES = 2;

function isConvincing(text: string, bytes: string, page: CodePage): boolean {
  if (page === LATIN_1 || page === WINDOWS_1252) return looksMisread(text);
  return (bytes.match(SEQUENCE) ?? []).length >= ENOUGH_SEQUENCES;
}

/** The text if it was misread in this page as a whole. */
function rereadWhole(text: string, page: CodePage): string | undefined {
  const bytes = toPage(text, page);
  if (bytes === undefined) return undefined;
  const repaired = bytes
    .replace(GRAVE_A, '\xc3\xa0 ')
    .replace(SPACED, (s) => s.replace(' ', '\xa0'))
    .replace(LOSSY, REPLACEMENT_BYTES);
  return isConvincing(text, repaired, page) ? decodeUtf8(repaired) : undefined;
}

/** Misread sequences between characters that are sound. */
function rereadParts(text: string): string {
  return text.replace(EMBEDDED, (part) => rereadWhole(part, LATIN_1) ?? rereadWhole(part, WINDOWS_1252) ?? part);
}

function rereadOnce(text: string): string {
  for (const page of [LATIN_1, WINDOWS_1252, ...OTHER_PAGES]) {
    const reread = rereadWhole(text, page);
    if (reread !== undefined) return reread;
  }
  return rereadParts(text);
}

/** How often a text may have been misread: each time nearly doubles it. Only crafted text needs more rounds. */
const MOST_ROUNDS = 16;

/** Decodes misread UTF-8 again, as often as it was misread. @param text one line. */
export function repairMojibake(text: string, most: number = MOST_ROUNDS): string {
  for (let round = 0; round < most; round++) {
    const before = text;
    if (ASCII.test(text)) return text;
    text = rereadOnce(text);
    if (text === before) return text;
  }
  return text;
}
