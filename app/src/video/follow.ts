/** Following the selected object from frame to frame, in the model's worker. */
import { masks, Mask } from 'fastsam-tfjs/mask';
import { trackFrames } from '../engine/engine.js';
import { plural } from '../engine/words.js';
import * as app from '../state/app.js';
import { codeOf, messageOf } from '../state/failure.js';
import { settings } from '../state/settings.js';
import type { Clip } from './clip.js';
import { clip, followed, frameCount, rate, type FollowedFrame } from './state.js';

/** Follows what is selected in the first frame, to the end of the clip. */
export async function follow(): Promise<void> {
  const open = clip.value;
  const items = app.items.value;
  if (!open || items.length === 0) return;
  const boxes = items.map(({ mask }) => Array.from(masks.boundingBox(mask)));
  const controller = new AbortController();
  const found: FollowedFrame[] = [];
  const say = (): void => {
    app.work.value = {
      text: `Following through ${open.name}`,
      share: found.length / frameCount.value,
      detail: `frame ${found.length} of about ${frameCount.value}`,
      cancel: () => controller.abort(),
    };
  };
  say();
  const times: number[] = [];
  try {
    const { imgsz } = settings.value;
    const rows = trackFrames(framesOf(open, times), {
      prompt: { boxes },
      ...(imgsz !== undefined && { imgsz }),
      signal: controller.signal,
    });
    for await (const results of rows) {
      if (clip.value !== open) break;
      const index = found.length;
      const empty = Mask.empty(results.image.width, results.image.height);
      const mask = results.imageMasks.reduce((all, one) => masks.union(all, one), empty);
      found.push({ index, time: times[index] ?? 0, mask });
      followed.value = [...found];
      say();
    }
    const seen = found.filter(({ mask }) => mask.area > 0).length;
    app.notify(`Followed through ${plural(found.length, 'frame')}; seen in ${seen}.`, { tone: 'good' });
  } catch (error) {
    if (codeOf(error) === 'ABORTED') app.notify(`Stopped after ${plural(found.length, 'frame')}.`);
    else app.notify(`Following did not work: ${messageOf(error)}`, { tone: 'bad' });
  } finally {
    app.work.value = undefined;
  }
}

/** Bitmaps, which are handed over to the worker. */
async function* framesOf(open: Clip, times: number[]) {
  for await (const { canvas, index, time } of open.frames(rate.value)) {
    times[index] = time;
    yield await createImageBitmap(canvas);
  }
}
