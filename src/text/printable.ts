/** Text for people: one line, without control characters, bounded, without secrets of URLs. */
import { cleanUrls } from './displayUrl.js';

/** Most characters of a message. */
const LONGEST_TEXT = 2000;
/** Most characters without a blank: a name, path or address. */
const LONGEST_WORD = 300;
const LONG_WORD = /\S{301,}/g;
/** What stands for the middle of a text that was cut. */
const CUT = '…';

/**
 * Control characters (C0, C1, DEL), line and paragraph separators, halves of surrogate pairs, and characters that
 * nobody sees: marks that turn the direction of text, blanks of no width. Joiners stay, which emoji and Persian need.
 */
const HIDDEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text as one line for messages and terminals. Whatever file names, names of tensors or classes, other programs and
 * servers put into it, it forges no second line and no escape sequence: hidden characters are written as `\n`, `\x1b`,
 * `\u202e`. Words of more than 300 characters and texts of more than 2,000 lose their middle. URLs lose their passwords
 * and the values of their queries (`displayUrl`). Doing it twice changes nothing more.
 */
export function printable(text: string): string {
  // First the URLs, of which a cut would leave half a password; then a bound, as a text may hold megabytes.
  const bounded = shorten(cleanUrls(text), 4 * LONGEST_TEXT);
  const words = cleanUrls(visible(bounded)).replace(LONG_WORD, (word) => shorten(word, LONGEST_WORD));
  return shorten(words, LONGEST_TEXT);
}

/** The text with hidden characters written out, of any length. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => NAMED[character] ?? escaped(character.codePointAt(0) ?? 0));
}

/**
 * A value as one line of JSON whose text holds no hidden character as it is: `JSON.stringify` leaves C1, DEL and marks of
 * direction alone, of which a terminal takes notice. It is the same value.
 * @param indent as for `JSON.stringify`.
 */
export function printableJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return text.replace(HIDDEN, (character) => (character === '\n' ? character : asJson(character)));
}

/** UTF-16 units, as JSON has no other escapes. */
function asJson(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${hex(unit, 4)}`).join('');
}

function escaped(code: number): string {
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${code.toString(16)}}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** Two thirds of what is kept are the beginning. No pair of surrogates is cut. */
function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 3);
  const head = text.slice(0, most - end - CUT.length).replace(/[\ud800-\udbff]$/, '');
  return `${head}${CUT}${text.slice(-end).replace(/^[\udc00-\udfff]/, '')}`;
}
