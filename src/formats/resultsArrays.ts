/** Everything that is known of an image's objects as arrays, for NumPy and others. */
import { requireScene, type SceneRecord } from '../record/record.js';
import type { GivenArray } from '../weights/writeNpy.js';

/**
 * The columns of results as arrays, n objects: `boxes` [n,4] float32 xyxy pixels of the image, `scores` [n] float32,
 * `classes` [n] and `ids` [n] int32, `masks` [n,H,W] bool on the image's grid; where they are there, `coefficients` [n,k]
 * and `prototypes` [h,w,k] float32, `anchors` and `trackIds` [n] int32.
 * @throws FastSAMError `INVALID_ARGUMENT` for what are no results.
 */
export function resultsArrays(scene: SceneRecord): Record<string, GivenArray> {
  requireScene('resultsArrays', scene);
  const { length: n, scores, classes, ids, anchors, trackIds, image, maskInputs } = scene;
  const pixels = image.width * image.height;
  const masks = new Uint8Array(n * pixels);
  scene.imageMasks.forEach((mask, i) => {
    masks.set(mask.toBitmap(), i * pixels);
  });
  const column = (data: Int32Array): GivenArray => ({ shape: [n], data });
  return {
    boxes: { shape: [n, 4], data: scene.boxes.xyxy },
    scores: { shape: [n], data: scores },
    classes: column(classes ?? new Int32Array(n)),
    ids: column(ids),
    masks: { shape: [n, image.height, image.width], data: masks, dtype: 'bool' },
    ...(maskInputs && maskArrays(n, maskInputs)),
    ...(anchors && { anchors: column(anchors) }),
    ...(trackIds && { trackIds: column(trackIds) }),
  };
}

function maskArrays(
  n: number,
  { prototypes, coefficients, height, width }: NonNullable<SceneRecord['maskInputs']>,
): Record<string, GivenArray> {
  const k = prototypes.length / (height * width);
  return {
    coefficients: { shape: [n, k], data: coefficients },
    prototypes: { shape: [height, width, k], data: prototypes },
  };
}
