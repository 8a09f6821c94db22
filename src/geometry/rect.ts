/** Rectangles of whole pixels. Boxes (`x1, y1, x2, y2`, fractions allowed) are another thing. */

/** A rectangle of whole pixels: columns x … x + width - 1, rows y … y + height - 1. */
export interface Rect {
  /** Left column. */
  readonly x: number;
  /** Top row. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
