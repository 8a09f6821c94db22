/** Area and IoU of boxes: left, top, right, bottom in one frame. */

/** The area of a box, in square units of its frame. */
export function boxArea(box: ArrayLike<number>): number {
  return (box[2] - box[0]) * (box[3] - box[1]);
}

/** IoU of two boxes in double precision, 0 … 1; 0 where they do not overlap, also for boxes without area. */
export function boxIou(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  if (!(width > 0)) return 0;
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (!(height > 0)) return 0;
  const shared = width * height;
  return shared / (boxArea(a) + boxArea(b) - shared);
}
