/** Files of text from outside: of bounded size, in any encoding of Unicode that says which one it is. */
import { FastSAMError, invalidArgument } from '../errors.js';
import { platform } from './platform.js';

const MEBIBYTE = 2 ** 20;
/** JavaScript's longest text has about so many characters. */
const MOST_TEXT_BYTES = 2 ** 29 - MEBIBYTE;

/** The text of UTF-8 bytes, or of UTF-16 bytes that begin with its mark, as PowerShell writes them. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}

/**
 * Reads a file of text.
 * @param most bytes it may have.
 * @throws FastSAMError `FILE_UNREADABLE`, also for pipes and devices, which may have no end; `INVALID_ARGUMENT` for a larger
 *   file.
 */
export async function readText(path: string, most: number = MOST_TEXT_BYTES): Promise<string> {
  return decodeText(await readBounded(path, most));
}

/** As `readText`, the bytes. */
export async function readBounded(path: string, most: number = MOST_TEXT_BYTES): Promise<Uint8Array> {
  const found = await platform().stat(path);
  if (found?.kind === 'other') {
    throw new FastSAMError(
      'FILE_UNREADABLE',
      `${path}: got a pipe or a device, expected a file; write it to a file first`,
    );
  }
  if (found && found.size > most) {
    const [size, limit] = [found.size, most].map((bytes) => Math.ceil(bytes / MEBIBYTE));
    throw invalidArgument(`${path}: got a file of ${size} MiB, expected at most ${limit} MiB`);
  }
  return platform().readFile(path);
}

/**
 * The value of a text of JSON.
 * @param expected what the file should hold, for messages.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function parseJson(text: string, path: string, expected: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const number = /[[:,\s](NaN|-?Infinity)\b/.exec(text)?.[1];
    const advice = number === undefined ? '' : `; JSON has no ${number}, which Python writes`;
    throw invalidArgument(`${path}: got no JSON, expected ${expected}${advice}`, { cause: error });
  }
}
