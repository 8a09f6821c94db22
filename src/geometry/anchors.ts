/** Which place of which level an anchor is. */

/** The cell of the network's head that an object comes from. */
export interface Anchor {
  /** From 0: level after level, finest first, each row by row from the left. Ultralytics counts in the same way. */
  readonly index: number;
  /** From 0, the finest. */
  readonly level: number;
  /** Side of the level's cells in pixels of the network's input. */
  readonly stride: number;
  /** Column and row of the cell in its level; its centre is at ((x + 0.5) * stride, (y + 0.5) * stride). */
  readonly x: number;
  readonly y: number;
}

/** The size of a network's input in pixels. */
export interface NetworkSize {
  readonly netWidth: number;
  readonly netHeight: number;
}

/**
 * @param index of an anchor that there is.
 * @param strides pixels per cell of each level, finest first.
 */
export function anchorIn({ netWidth, netHeight }: NetworkSize, index: number, strides: readonly number[]): Anchor {
  let rest = index;
  for (const [level, stride] of strides.entries()) {
    const columns = Math.ceil(netWidth / stride);
    const cells = columns * Math.ceil(netHeight / stride);
    if (rest < cells || level === strides.length - 1) {
      return { index, level, stride, x: rest % columns, y: Math.floor(rest / columns) };
    }
    rest -= cells;
  }
  return { index, level: 0, stride: 0, x: 0, y: 0 }; // a head without levels has no anchors
}
