/** How objects show themselves: one line in a REPL and in `console.log`, a picture in a notebook. */

/** Node.js, Deno and Bun print what this method returns. */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

/** Deno's Jupyter kernel shows what this method returns: values by MIME type. */
export const DISPLAY: unique symbol = Symbol.for('Jupyter.display') as never;

/** What a notebook shows: the richest form that it knows. Images but SVG are base64. */
export type DisplayData = Readonly<Record<string, string>>;

/** Bytes as base64, on every platform. */
export function toBase64(bytes: Uint8Array): string {
  const CHUNK = 0x2000; // arguments of a call
  let text = '';
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return btoa(text);
}
