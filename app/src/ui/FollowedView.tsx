/** A small view of the followed object in one frame: its outline where it is. */
import { masks } from 'fastsam-tfjs/mask';
import type { FollowedFrame } from '../video/state.js';

export function FollowedView({ frame }: { readonly frame: FollowedFrame }) {
  const { mask } = frame;
  const { gridWidth, gridHeight } = mask;
  const path = masks
    .toPolygons(mask, { along: 'corners', tolerance: Math.max(gridWidth, gridHeight) / 300 })
    .flatMap(({ outer, holes }) => [outer, ...holes])
    .map((ring) => `M${ring.join(' ')}Z`)
    .join('');
  return (
    <svg
      class="followed"
      viewBox={`0 0 ${gridWidth} ${gridHeight}`}
      role="img"
      aria-label={mask.area > 0 ? 'Where it is in this frame' : 'Not seen in this frame'}
    >
      <path d={path} fill-rule="evenodd" />
    </svg>
  );
}
