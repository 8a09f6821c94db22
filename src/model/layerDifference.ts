/** A row of `fastsam compare`. */

/** How far one output is from the reference. */
export interface LayerDifference {
  /** Ultralytics name, such as `model.9`, or `stages.` and the name of a stage after the network. */
  readonly layer: string;
  readonly shape: readonly number[];
  /** How many values were compared. */
  readonly values: number;
  /**
   * Largest absolute difference; NaN if any value is. `stages.kept`: anchors that only one side keeps. `stages.masks`: pixels
   * that differ, of the mask where their share is largest.
   */
  readonly maxAbs: number;
  /** Largest absolute value of the reference. `stages.kept`: anchors kept. `stages.masks`: pixels of that mask. */
  readonly maxRef: number;
  /** maxAbs / maxRef. */
  readonly relative: number;
}
