/** Takes tracks along with the camera. */
import type { RgbImage } from '../../image/rgbImage.js';
import { toDetections, type Detection } from './detection.js';
import type { Track } from './track.js';
import type { CameraMotion } from '../types.js';

/**
 * Moves tracks to where the camera's motion since the last frame takes them; nothing happens without an image or an estimate.
 * @param strong the frame's strong detections, for an estimate that leaves moving objects out.
 */
export function followCamera(
  camera: CameraMotion | undefined,
  image: RgbImage | undefined,
  tracks: readonly Track[],
  strong: readonly Detection[],
): void {
  if (!camera || !image) return;
  const affine = camera.estimate(image, toDetections(strong));
  for (const track of tracks) track.warp(affine);
}
