/** How far the tracking of a clip is. */
import type { Results } from '../../results/results.js';
import { duration, ProgressLine } from '../progress.js';
import { plural } from '../../options/showValue.js';

/** Counts frames and tracks, and shows them on a line that is overwritten. */
export class TrackProgress {
  readonly #line = new ProgressLine();
  readonly #began = performance.now();
  #frames = 0;
  readonly #ids = new Set<number>();
  readonly #name: string;
  readonly #total: number | undefined;

  constructor(name: string, total: number | undefined) {
    this.#name = name;
    this.#total = total;
  }

  /** Takes the next frame. */
  count({ trackIds }: Results): void {
    this.#frames++;
    for (const id of trackIds ?? []) this.#ids.add(id);
    const left =
      this.#total === undefined ? '' : `, ${duration(Math.max(0, this.#total - this.#frames) / this.#rate)} left`;
    this.#line.update(`${this.#name} ${this.#rate.toFixed(1)} frames/s${left}`, this.#frames, this.#total, 'count');
  }

  clear(): void {
    this.#line.clear();
  }

  /** For people, when it is done. */
  summary(): string {
    const [objects, frames] = [plural(this.#ids.size, 'object'), plural(this.#frames, 'frame')];
    return `${objects} in ${frames}, ${this.#rate.toFixed(1)} frames/s`;
  }

  get #rate(): number {
    return (1000 * this.#frames) / Math.max(1, performance.now() - this.#began);
  }
}
