/** The choice of a range for values of more than 8 bits, and the record of it. */

/**
 * Which values of an image with more than 8 bits a channel become 0 … 255.
 * - `full`: all that the format can hold, as OpenCV reads images (16 bits: divided by 256, cut).
 * - `percentiles`: from the 0.5th to the 99.5th percentile of all the image's values.
 * - `[low, high]`: these two become 0 and 255; what lies outside is cut.
 */
export type Window = 'full' | 'percentiles' | readonly [low: number, high: number];

/** What was done with values of more than 8 bits. */
export interface WindowRecord {
  readonly rule: 'full' | 'percentiles' | 'range';
  /** The value that became 0, and the one that became 255. */
  readonly low: number;
  readonly high: number;
  /** Bits a channel in the file. */
  readonly bits: number;
}
