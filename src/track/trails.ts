/** Remembers where tracked objects were, for drawing. */
import type { Trail } from '../draw/trails.js';
import { requireWhole } from '../options/requireKind.js';
import { requireScene } from '../record/record.js';
import type { Results } from '../results/results.js';

/**
 * The last positions of each track.
 *
 * @example
 * const trails = new Trails(30);
 * for await (const scene of model.track('clip.mp4')) {
 *   trails.add(scene);
 *   await out.write(scene.plot({ boxes: true, labels: true, trails: trails.of(scene) }));
 * }
 */
export class Trails {
  readonly #trails = new Map<number, { readonly points: [number, number][]; last: number }>();
  #frame = 0;
  readonly #frames: number;

  /**
   * @param frames number of frames that a trail reaches back.
   * @throws FastSAMError `INVALID_ARGUMENT` unless it is a whole number from 0.
   */
  constructor(frames: number) {
    requireWhole('trails', frames, 0);
    this.#frames = frames;
  }

  /**
   * Adds the centres of the next frame's boxes. Tracks that were not seen for the length of a trail are forgotten.
   * @throws FastSAMError `INVALID_ARGUMENT` for what are no results.
   */
  add(results: Results): void {
    requireScene('trails', results);
    const { trackIds, boxes } = results;
    this.#frame++;
    trackIds?.forEach((id, i) => {
      const [x1, y1, x2, y2] = boxes.at(i);
      const trail = this.#trails.get(id) ?? { points: [], last: 0 };
      trail.points.push([(x1 + x2) / 2, (y1 + y2) / 2]);
      trail.points.splice(0, trail.points.length - this.#frames - 1);
      trail.last = this.#frame;
      this.#trails.set(id, trail);
    });
    for (const [id, { last }] of this.#trails) if (this.#frame - last > this.#frames) this.#trails.delete(id);
  }

  /** The trails of a frame's objects. @throws FastSAMError `INVALID_ARGUMENT` for what are no results. */
  of(results: Results): Trail[] {
    requireScene('trails', results);
    return Array.from(results.trackIds ?? [], (id) => ({ id, points: this.#trails.get(id)?.points ?? [] }));
  }
}
