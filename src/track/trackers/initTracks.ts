/** TrackTrack's track-aware initialization: which detections may start a track. */
import type { Detection } from './detection.js';
import { pairwiseIou } from '../association/pairwiseIou.js';
import type { Track } from './track.js';

/**
 * Detections above the score that overlap neither a track nor a stronger such detection by more than `iou`, in their
 * order. Of equal scores the later one wins.
 */
export function initTracks(
  detections: readonly Detection[],
  tracks: readonly Track[],
  score: number,
  iou: number,
): Detection[] {
  const least = Math.fround(score);
  const strong = detections.filter((detection) => detection.score > least);
  const boxes = strong.map(({ box }) => box);
  const withTracks = pairwiseIou(
    boxes,
    tracks.map(({ box }) => box),
  ).values;
  const withEachOther = pairwiseIou(boxes, boxes).values;
  const candidates = strong
    .map((_, i) => i)
    .filter((i) => !tracks.some((_track, t) => withTracks[i * tracks.length + t] > iou));
  const kept = new Set<number>();
  for (const i of [...candidates].reverse().sort((a, b) => strong[b].score - strong[a].score)) {
    if (![...kept].some((k) => withEachOther[i * strong.length + k] > iou)) kept.add(i);
  }
  return candidates.filter((i) => kept.has(i)).map((i) => strong[i]);
}
