/** How far an export's outputs are from our own. */
import { readFile } from 'node:fs/promises';
import { YOLOV8_SEG } from '../../src/model/families/yolov8Seg.js';

/**
 * The largest differences of boxes (pixels), of scores and coefficients, and of prototypes.
 * @param outputs of the export: rows [1,4+classes+k,A], prototypes, channels last.
 * @param expected file with the same, one behind the other, float32.
 */
export async function differences(
  [rows, prototypes]: readonly Float32Array[],
  expected: string,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<number[]> {
  const bytes = await readFile(expected);
  const wanted = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const anchors = YOLOV8_SEG.head.strides.reduce((sum, stride) => sum + (height / stride) * (width / stride), 0);
  const largest = (got: Float32Array, at: number): number =>
    got.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[at + i])), 0);
  const boxes = rows.subarray(0, 4 * anchors);
  return [largest(boxes, 0), largest(rows.subarray(boxes.length), boxes.length), largest(prototypes, rows.length)];
}
