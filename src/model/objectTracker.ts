/** From the detections of one frame after the other to the objects that are followed. */
import type { Prompt } from '../prompt/kinds/list.js';
import type { Results } from '../results/results.js';
import { PromptFollower, type FollowOptions } from '../track/followPrompt.js';
import type { Tracker, TrackRows } from '../track/types.js';
import type { ImageDetections } from './selection.js';

/** What is to be followed from the first frame on: the answer to a prompt, or what a function chooses there. */
export type TrackPrompt = Prompt | ((first: Results) => Results | Promise<Results>);

/** Tracks the frames of one clip. Masks are made of tracked objects only, in the first frame of a prompt of all. */
export class ObjectTracker {
  #follower: PromptFollower | undefined;

  readonly #tracker: Tracker;
  readonly #prompt: TrackPrompt | undefined;
  readonly #options: FollowOptions | undefined;

  constructor(tracker: Tracker, prompt?: TrackPrompt, options?: FollowOptions) {
    this.#tracker = tracker;
    this.#prompt = prompt;
    this.#options = options;
  }

  /** Takes the next frame; gives its tracked objects, best first. */
  async next(detections: ImageDetections): Promise<Results> {
    if (this.#prompt && !this.#follower) return this.#first(detections, this.#prompt);
    const tracked = await this.#track(detections, detections.scores);
    return this.#follow(tracked);
  }

  /** Trackers start no track for a doubtful object: here those are certain that were asked for. */
  async #first(detections: ImageDetections, prompt: TrackPrompt): Promise<Results> {
    const everything = await detections.toResults({ indices: Array.from(detections.scores.keys()) });
    const answer = typeof prompt === 'function' ? await prompt(everything) : everything.prompt(prompt);
    this.#follower = new PromptFollower(everything, answer, this.#options);
    const scores = detections.scores.slice();
    for (const id of answer.ids) scores[id] = 1;
    const tracked = await this.#track(detections, scores);
    return this.#follow(tracked).with({ promptRecord: answer.promptRecord, promptKind: answer.promptKind });
  }

  async #track(detections: ImageDetections, scores: Float32Array): Promise<Results> {
    const { image, boxes, classes } = detections;
    const rows = byIndex(this.#tracker.update({ boxes, scores, classes }, image));
    return detections.toResults({
      indices: Array.from(rows.indices),
      boxes: clip(rows.boxes, image.width, image.height),
      trackIds: rows.ids,
    });
  }

  #follow(tracked: Results): Results {
    if (!this.#follower) return tracked;
    const { boxes, scores, classes, trackIds } = tracked;
    const none = new Int32Array(tracked.length);
    const rows = {
      ids: trackIds ?? none,
      boxes: boxes.xyxy,
      scores,
      classes: classes ?? none,
      indices: Int32Array.from(scores.keys()),
    };
    return tracked.select(this.#follower.update(tracked, rows).map(({ index }) => index));
  }
}

/** Rows in the order of the detections: best first. */
function byIndex({ ids, boxes, indices }: TrackRows): Pick<TrackRows, 'ids' | 'boxes' | 'indices'> {
  const order = Array.from(indices.keys()).sort((a, b) => indices[a] - indices[b]);
  return {
    ids: Int32Array.from(order, (row) => ids[row]),
    boxes: Float32Array.from(order.flatMap((row) => Array.from(boxes.subarray(4 * row, 4 * row + 4)))),
    indices: Int32Array.from(order, (row) => indices[row]),
  };
}

/** Boxes without what is outside the image. */
function clip(boxes: Float32Array, width: number, height: number): Float32Array {
  return boxes.map((value, i) => Math.min(Math.max(value, 0), i % 2 === 0 ? width : height));
}
