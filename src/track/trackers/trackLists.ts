/** The lists of a tracker: objects in sight, objects out of sight, and how a frame ends for them. */
import { pairwiseIou } from '../association/pairwiseIou.js';
import type { Track } from './track.js';
import type { TrackRows } from '../types.js';

/** Of a tracked and a lost track that overlap more than this, one goes. */
const DUPLICATE_IOU = 0.85;

/** Tracks between two frames; no track is in both lists. */
export interface TrackLists<T extends Track> {
  readonly tracked: readonly T[];
  readonly lost: readonly T[];
}

/** What became of tracks in a frame. */
export interface Changes<T extends Track> {
  /** New ones, and those seen again in consecutive frames. */
  readonly seen: readonly T[];
  /** Lost ones that were seen again. */
  readonly found: readonly T[];
  /** Those that were not seen for the first time. */
  readonly missed: readonly T[];
}

/**
 * Gives up tracks that were not seen for more than `buffer` frames. As in the reference, such a track may still be found
 * in the very next frame, but is not kept when it is lost again after that.
 */
export function markExpired(lost: readonly Track[], frame: number, buffer: number): void {
  for (const track of lost) {
    if (frame - track.lastFrame <= buffer) continue;
    track.state = 'removed';
    track.expiredFrame ??= frame;
  }
}

/** The lists after a frame; duplicates are gone. */
export function updateLists<T extends Track>(pools: TrackLists<T>, changes: Changes<T>, frame: number): TrackLists<T> {
  const staying = pools.tracked.filter((track) => track.state === 'tracked');
  const tracked = [...new Set([...staying, ...changes.seen, ...changes.found])];
  const inSight = new Set(tracked);
  const lost = [...pools.lost.filter((track) => !inSight.has(track)), ...changes.missed].filter(
    ({ expiredFrame = frame }) => expiredFrame === frame,
  );
  return withoutDuplicates(tracked, lost);
}

/** Of two tracks on the same place the one that was followed longer stays; the lost one if both were equally long. */
function withoutDuplicates<T extends Track>(tracked: readonly T[], lost: readonly T[]): TrackLists<T> {
  const duplicates = new Set<T>();
  const boxes = (tracks: readonly T[]) => tracks.map(({ box }) => box);
  pairwiseIou(boxes(tracked), boxes(lost)).values.forEach((iou, i) => {
    if (iou <= DUPLICATE_IOU) return;
    const one = tracked[Math.floor(i / lost.length)];
    const other = lost[i % lost.length];
    duplicates.add(age(one) > age(other) ? other : one);
  });
  const stays = (track: T): boolean => !duplicates.has(track);
  return { tracked: tracked.filter(stays), lost: lost.filter(stays) };
}

function age(track: Track): number {
  return track.lastFrame - track.firstFrame;
}

/** The rows that a caller gets. */
export function toRows(tracks: readonly Track[]): TrackRows {
  return {
    ids: Int32Array.from(tracks, ({ id }) => id),
    boxes: Float32Array.from(tracks.flatMap(({ box }) => box)),
    scores: Float32Array.from(tracks, ({ detection }) => detection.score),
    classes: Int32Array.from(tracks, ({ detection }) => detection.class),
    indices: Int32Array.from(tracks, ({ detection }) => detection.index),
  };
}
