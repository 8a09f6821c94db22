/** Python values in Ultralytics' export metadata, written, and two kinds of them read as text: nothing is evaluated. */
import { MAX_IMGSZ, MAX_NAMES } from './checkpointStrings.js';

/** Longest text that is a size; blanks without end would be tried in every way. */
const MAX_SIZE_TEXT = 64;
/** Longest blank between two parts of a dict. */
const GAP = '\\s{0,8}';

/** One entry of a dict with whole numbers as keys and texts as values, and what follows it. */
const ENTRY = new RegExp(
  `${GAP}(\\d{1,6})${GAP}:${GAP}('(?:[^'\\\\]|\\\\.)*'|"(?:[^"\\\\]|\\\\.)*")${GAP}([,}])`,
  'ys',
);

/** `{0: 'object', 1: "dog's bed"}`; undefined for anything else. */
export function pythonNames(text: string | undefined): Record<number, string> | undefined {
  if (text?.startsWith('{') !== true) return undefined;
  const names: Record<number, string> = {};
  ENTRY.lastIndex = 1;
  for (let count = 0; count < MAX_NAMES; count++) {
    const match = ENTRY.exec(text);
    if (match === null) return undefined;
    names[Number(match[1])] = unquoted(match[2]);
    if (match[3] === '}') return names;
  }
  return undefined;
}

/** `640` or `[640, 480]`, of which the larger side counts; undefined for anything else. */
export function pythonSize(text: string | undefined): number | undefined {
  if (text === undefined || text.length > MAX_SIZE_TEXT) return undefined;
  const match = /^\s*[[(]?\s*(\d{1,5})\s*(?:,\s*(\d{1,5})\s*)?[\])]?\s*$/.exec(text);
  const side =
    match === null ? 0 : Math.max(...match.slice(1).map((digits: string | undefined) => Number(digits ?? 0)));
  return side > 0 && side <= MAX_IMGSZ ? side : undefined;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
]);

/** What a letter behind a backslash stands for. */
export function plainEscape(letter: string): string {
  return ESCAPES.get(letter) ?? letter;
}

/** A text without its quotes and escapes. */
function unquoted(literal: string): string {
  return literal.slice(1, -1).replace(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|.)/gs, (escape) => {
    const kind = escape[1];
    if (escape.length > 2) return String.fromCharCode(parseInt(escape.slice(2), 16));
    return plainEscape(kind);
  });
}

/** A value of JSON in Python's notation; keys of whole numbers become numbers. */
export function pythonText(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, held]) => `${/^\d+$/.test(key) ? key : `'${key}'`}: ${pythonText(held)}`,
  );
  return `{${entries.join(', ')}}`;
}
