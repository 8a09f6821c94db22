/** What the page may load and from where: nothing but its own files, unless who builds it says otherwise. */
import type { Plugin } from 'vite';

/**
 * From where else a build may read, as sources of a content security policy (`https:`, `https://photos.example`): pictures
 * by their address, and weights. Nothing where a variable is not set, as in the build that ships.
 */
export const ELSEWHERE = {
  pictures: sources('APP_PICTURES_FROM'),
  weights: sources('APP_WEIGHTS_FROM'),
} as const;

function sources(name: string): string {
  const text = (process.env[name] ?? '').trim();
  if (!/[;,'"]/.test(text)) return text;
  throw new Error(`${name}: got ${text}, expected hosts with spaces between them, such as https://photos.example`);
}

/** Content security policy. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  ["connect-src 'self'", ELSEWHERE.pictures, ELSEWHERE.weights].filter(Boolean).join(' '),
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
].join('; ');

/** Puts it into the built page; the dev server needs sockets of its own. */
export function policy(): Plugin {
  return {
    name: 'policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
    ],
  };
}
