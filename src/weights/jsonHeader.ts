/** The JSON header of a safetensors file, with what JSON.parse alone would let pass: repeated keys and deep nesting. */
import { invalid } from './byteView.js';

/** Header, entry, shape: three levels. */
const MAX_DEPTH = 3;
/** A tensor has four; YOLOv8x has 2,000 in all, the largest CLIP 5,000. */
const MAX_KEYS = 100_000;

/**
 * Parses the header into its top-level entries.
 * @throws FastSAMError `INVALID_CHECKPOINT` when it is no JSON object, nests deeper than entries do, or repeats a key.
 */
export function scanJsonHeader(bytes: Uint8Array): [string, unknown][] {
  const text = decode(bytes);
  if (!text.startsWith('{')) throw invalid('safetensors header: got no JSON object; the file is damaged, get it again');
  checkStructure(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid('safetensors header: got no valid JSON; the file is damaged, get it again', error);
  }
  return Object.entries(value as Record<string, unknown>);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalid('safetensors header: got no UTF-8 text; the file is damaged, get it again', error);
  }
}

/** One pass over the text: a string before a colon is a key of the innermost object. */
function checkStructure(text: string): void {
  const keys: Set<string>[] = [];
  let count = 0;
  let last = '';
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = stringEnd(text, at);
        last = text.slice(at, end);
        at = end - 1;
        break;
      }
      case '{':
      case '[':
        if (keys.length >= MAX_DEPTH)
          throw invalid(`safetensors header: nests deeper than ${MAX_DEPTH} levels; refused`);
        keys.push(new Set());
        break;
      case '}':
      case ']':
        keys.pop();
        break;
      case ':':
        if (++count > MAX_KEYS) throw invalid(`safetensors header: got more than ${MAX_KEYS} keys; refused`);
        addKey(keys.at(-1), last);
        break;
    }
  }
}

/** Offset behind the string literal that starts at `start`. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1;
    if (text[at] === '\\') at++;
  }
  throw invalid('safetensors header: ends within a string; the file is damaged, get it again');
}

function addKey(seen: Set<string> | undefined, literal: string): void {
  const key = unescaped(literal);
  if (seen?.has(key))
    throw invalid(`safetensors header: repeats the key ${literal.slice(0, 80)}; the file is damaged, get it again`);
  seen?.add(key);
}

/** Keys are compared as they are meant: "\u0061" repeats "a". */
function unescaped(literal: string): string {
  if (!literal.includes('\\')) return literal;
  try {
    return JSON.stringify(JSON.parse(literal));
  } catch {
    // JSON.parse of the whole header will say what is wrong with it.
    return literal;
  }
}
