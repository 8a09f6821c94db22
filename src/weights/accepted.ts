/** Which contents of a published file are taken: those that are known, and those that the caller allows. */
import { invalidArgument } from '../errors.js';
import { custom } from '../options/kinds.js';
import type { Row } from '../options/row.js';
import { platform } from '../platform/platform.js';
import type { FileVersion } from './catalogue.js';

/** SHA-256 in hexadecimal, one or several. */
export type Sha256List = string | readonly string[];

const HASH = /^[0-9a-f]{64}$/i;
/** The environment variable that allows hashes. */
export const ALLOWED_VARIABLE = 'FASTSAM_ALLOW_SHA256';

/** `allowSha256`, for everything that loads weights by name. */
export const ALLOW_SHA256: Row<Sha256List> = custom<Sha256List>(
  'a SHA-256 of 64 hexadecimal digits, or a list of them',
  (value) => (Array.isArray(value) ? value : [value]).every((hash) => typeof hash === 'string' && HASH.test(hash)),
  {
    text: 'take a copy of a model that has this SHA-256, beside the known ones',
    cli: {
      value: '<hash>',
      text: 'take a copy of a model that has this SHA-256, beside the known ones (may be repeated)',
      expected: '64 hexadecimal digits',
      repeat: true,
    },
  },
);

/** What a file may be. Nothing is known of what is loaded by its own address: then anything is taken. */
export interface Accepted {
  readonly versions: readonly FileVersion[];
  /** What the caller allows besides. */
  readonly allowed: readonly string[];
}

/** Whatever it is. */
export const ANYTHING: Accepted = { versions: [], allowed: [] };

/** Whether a checksum is known or allowed. */
export function isAccepted({ versions, allowed }: Accepted, sha256: string): boolean {
  return versions.length === 0 || allowed.includes(sha256) || isKnown({ versions }, sha256);
}

/** Whether a checksum is one of those that are known. */
export function isKnown({ versions }: Pick<Accepted, 'versions'>, sha256: string): boolean {
  return versions.some((version) => version.sha256 === sha256);
}

/** `23851578 bytes with sha256 c9f7…`, or what else is expected. */
export function describeAccepted({ versions, allowed }: Accepted): string {
  const known = versions.map(({ bytes, sha256 }) => `${bytes} bytes with sha256 ${sha256}`);
  return [...known, ...allowed.map((hash) => `sha256 ${hash}`)].join(', or ') || 'a file of weights';
}

/** What lets another file in, for messages. */
export function howToAllow(sha256: string): string {
  const command = platform().name === 'node' ? ` (--allow-sha256 ${sha256})` : '';
  return `if you trust it, load it with allowSha256: '${sha256}'${command}`;
}

/**
 * The hashes that a caller and the environment (`FASTSAM_ALLOW_SHA256`, separated by commas) allow, in lower case.
 * @throws FastSAMError `INVALID_ARGUMENT` for a variable that holds something else.
 */
export function allowedHashes(given: Sha256List = []): string[] {
  const text = platform().env(ALLOWED_VARIABLE) ?? '';
  const named = text.split(',').flatMap((part) => part.trim() || []);
  const wrong = named.find((hash) => !HASH.test(hash));
  if (wrong !== undefined) {
    throw invalidArgument(
      `${ALLOWED_VARIABLE}: got '${wrong.slice(0, 80)}', expected SHA-256s of 64 hexadecimal digits, separated by commas; ` +
        'copy the one that the message about the file has',
    );
  }
  return [...(typeof given === 'string' ? [given] : given), ...named].map((hash) => hash.toLowerCase());
}
