/** Character references of HTML ("&eacute;", "&#233;"), read as Python's html module and ftfy read them. */
import { WINDOWS_1252_HIGH } from './codePages.js';

/** Longest run after "&" that can be a name. */
const REFERENCE = /&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu;
/** What is read in text that is not known to be HTML: with semicolon only. */
const CLOSED_REFERENCE = /&#?[0-9A-Za-z]{1,24};/g;
const SHORTEST_NAME = 2;
const REPLACEMENT = '\ufffd';
const LAST_CODE_POINT = 0x10ffff;

function isControl(code: number): boolean {
  return (code > 0 && code < 0x09) || code === 0x0b || (code > 0x0d && code < 0x20) || code === 0x7f;
}

function isNoncharacter(code: number): boolean {
  return (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
}

/** The character of a number. */
function numbered(code: number): string {
  if (code === 0 || code > LAST_CODE_POINT || (code >= 0xd800 && code <= 0xdfff)) return REPLACEMENT;
  // Numbers 128 to 159 mean Windows-1252 in HTML.
  if (code >= 0x80 && code < 0xa0) return WINDOWS_1252_HIGH[code - 0x80];
  return isControl(code) || isNoncharacter(code) ? '' : String.fromCodePoint(code);
}

/** Replaces character references by what they stand for. */
export class HtmlReferences {
  readonly #named = new Map<string, string>();
  /** Names in capitals that no standard knows, but databases in capitals hold. */
  readonly #capitals = new Map<string, string>();

  /** @param lines of the 2231 names of HTML5: name (with its semicolon, if it needs one), tab, hexadecimal code points. */
  constructor(lines: readonly string[]) {
    for (const line of lines) {
      const [name, codes = ''] = line.split('\t');
      this.#named.set(name, String.fromCodePoint(...codes.split(' ').map((code) => parseInt(code, 16))));
    }
    for (const [name, value] of this.#named) {
      const capitals = `&${name.toUpperCase()}`;
      const isLower = name.endsWith(';') && name === name.toLowerCase();
      if (isLower && this.unescape(capitals) === capitals) this.#capitals.set(capitals, value.toUpperCase());
    }
  }

  /** Every reference, also those without a semicolon (`html.unescape` of Python). */
  unescape(text: string): string {
    return text.includes('&') ? text.replace(REFERENCE, (whole, body: string) => this.#reference(body) ?? whole) : text;
  }

  /** Only what cannot be meant otherwise: references with a semicolon, their names in capitals too (ftfy). */
  unescapeClosed(text: string): string {
    return text.includes('&') ? text.replace(CLOSED_REFERENCE, (whole) => this.#closed(whole)) : text;
  }

  #reference(body: string): string | undefined {
    if (body.startsWith('#')) {
      const isHex = body[1] === 'x' || body[1] === 'X';
      return numbered(isHex ? parseInt(body.slice(2), 16) : parseInt(body.slice(1), 10));
    }
    const whole = this.#named.get(body);
    if (whole !== undefined) return whole;
    for (let length = body.length - 1; length >= SHORTEST_NAME; length--) {
      const value = this.#named.get(body.slice(0, length));
      if (value !== undefined) return value + body.slice(length);
    }
    return undefined;
  }

  #closed(whole: string): string {
    if (!whole.startsWith('&#')) return this.#named.get(whole.slice(1)) ?? this.#capitals.get(whole) ?? whole;
    const value = this.unescape(whole);
    return value.includes(';') ? whole : value;
  }
}
