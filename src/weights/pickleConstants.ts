/** Pickle opcodes that push numbers, texts and bytes. */
import { invalid } from './byteView.js';
import type { PickleCursor } from './pickleCursor.js';
import { pushes, type Group } from './pickleGroup.js';
import type { PickleValue } from './pickleValues.js';
import { plainEscape } from './pythonLiterals.js';

/** None, booleans and numbers. */
export function constants(): Group {
  return [
    ['N', pushes(() => null)],
    [0x88, pushes(() => true)],
    [0x89, pushes(() => false)],
    ['I', pushes(boolOrIntegerLine)],
    ['L', pushes((c) => c.integerLine())],
    ['J', pushes((c) => c.i32())],
    ['K', pushes((c) => c.u8())],
    ['M', pushes((c) => c.u16())],
    [0x8a, pushes((c) => c.integer(c.u8()))],
    [0x8b, pushes((c) => c.integer(c.u32()))],
    ['F', pushes(floatLine)],
    ['G', pushes((c) => c.f64BigEndian())],
  ];
}

/** Texts and bytes. */
export function texts(): Group {
  return [
    ['S', pushes(quotedLine)],
    ['V', pushes((c) => rawUnicode(c.line()))],
    ['T', pushes((c) => c.latin1(c.u32()))],
    ['U', pushes((c) => c.latin1(c.u8()))],
    ['X', pushes((c) => c.utf8(c.u32()))],
    [0x8c, pushes((c) => c.utf8(c.u8()))],
    [0x8d, pushes((c) => c.utf8(c.u64()))],
    ['B', pushes((c) => c.take(c.u32()))],
    ['C', pushes((c) => c.take(c.u8()))],
    [0x8e, pushes((c) => c.take(c.u64()))],
    [0x96, pushes((c) => c.take(c.u64()))],
  ];
}

/** INT doubles as the booleans of protocol 1: 00 and 01. */
function boolOrIntegerLine(cursor: PickleCursor): PickleValue {
  const ahead = new TextDecoder('latin1').decode(cursor.bytes.subarray(cursor.at, cursor.at + 3));
  if (ahead !== '00\n' && ahead !== '01\n') return cursor.integerLine();
  cursor.take(3);
  return ahead === '01\n';
}

function floatLine(cursor: PickleCursor): number {
  const text = cursor.line().trim();
  if (/^[+-]?inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

/** A Python 2 string literal with its quotes. */
function quotedLine(cursor: PickleCursor): string {
  const text = cursor.line().trim();
  const quote = text.charAt(0);
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) {
    throw invalid(`pickle: got no quoted string before byte ${cursor.at}; the file is damaged, get it again`);
  }
  return unescape(text.slice(1, -1));
}

/** Python's raw-unicode-escape: nothing but \\uXXXX and \\UXXXXXXXX is escaped. */
function rawUnicode(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|U(00[01][0-9a-fA-F]{5}))/g, (match, short?: string, long?: string) => {
    const code = parseInt(short ?? long ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : match;
  });
}

function unescape(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_, byte?: string, plain?: string) => {
    return byte === undefined ? plainEscape(plain ?? '') : String.fromCharCode(parseInt(byte, 16));
  });
}
