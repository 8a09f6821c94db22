/** Which anchors are candidates for NMS, and in which order. */

/** Anchors that the sort key has room for. */
const KEY_ANCHORS = 2 ** 22;

/**
 * The anchors that score strictly above `conf`, by descending score, equal scores in the order of the anchors; the best
 * `limit` of them. `conf` is rounded to float32 first, as PyTorch does when it compares a float32 tensor with a number.
 * @param scores float32, NaN is no candidate. At most 4,194,304 of them.
 * @param conf 0 or more.
 */
export function rankCandidates(scores: Float32Array, conf: number, limit: number): Int32Array {
  const threshold = Math.fround(conf);
  // The bits of positive floats, read as an integer, rise with the value. Score and anchor fit together into the 53 bits
  // of a double, and sorting doubles needs no comparison function and no stable sort.
  const bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
  const keys = new Float64Array(scores.length);
  let count = 0;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] > threshold) keys[count++] = (0x7fffffff - bits[i]) * KEY_ANCHORS + i;
  }
  return Int32Array.from(keys.subarray(0, count).sort().subarray(0, limit), (key) => key % KEY_ANCHORS);
}
