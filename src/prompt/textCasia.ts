/** Which object the original repository returns for a text. */
import { invalid } from './parse.js';
import type { TextScore } from './types.js';

/**
 * The most probable of the objects looked at, the last among equals. Its place is counted among those looked at; the peer
 * brings it back to all objects by adding the number of left out places that are not above it, which is too few where that
 * sum meets further left out places: then another object comes out, even one that was left out.
 * @throws FastSAMError `INVALID_PROMPT` where no object was looked at: the peer stops with an exception.
 */
export function chooseLikeCasia(scores: readonly TextScore[]): number {
  const looked = scores.filter(({ cosine }) => !Number.isNaN(cosine));
  const left = scores.flatMap(({ cosine }, i) => (Number.isNaN(cosine) ? [i] : []));
  if (looked.length === 0) throw invalid('text: got no mask of more than 100 pixels to look at (compat: casia)');
  // Float32, as the peer compares: what differs by less is equal to it.
  const shares = looked.map(({ probability }) => Math.fround(probability));
  const place = shares.reduce((best, share, i) => (share >= shares[best] ? i : best), 0);
  return place + left.filter((i) => i <= place).length;
}
