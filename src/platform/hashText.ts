/** Hashes of texts. */
import { platform } from './platform.js';

/** SHA-256 of a text in UTF-8, hexadecimal. */
export function hashText(text: string): Promise<string> {
  return platform().sha256(new TextEncoder().encode(text));
}
