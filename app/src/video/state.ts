/** The clip on the page: what of it is known, and what was followed. */
import { computed, effect, signal } from '@preact/signals';
import type { Mask } from 'fastsam-tfjs/mask';
import * as app from '../state/app.js';
import type { Clip } from './clip.js';

/** The selected object in one frame. */
export interface FollowedFrame {
  readonly index: number;
  readonly time: number;
  /** Without a pixel where the object was not seen. */
  readonly mask: Mask;
}

export const clip = signal<Clip | undefined>(undefined);
/** Number of the picture that shows the clip's first frame. */
export const firstFrame = signal(0);
export const followed = signal<readonly FollowedFrame[]>([]);
/** Frames a second that are read. */
export const rate = signal(10);

/** How many frames will be read, about. */
export const frameCount = computed(() => {
  const { value } = clip;
  return value ? Math.max(1, Math.round(value.duration * Math.min(rate.value, value.rate))) : 0;
});

// Another picture: the clip is gone.
effect(() => {
  const shown = app.picture.value;
  if (shown && clip.peek() && shown.number !== firstFrame.peek()) {
    clip.value = undefined;
    followed.value = [];
  }
});
