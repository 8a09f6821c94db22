/** How far a batch is: a line that is written over on a terminal, else a line a minute for log files. */
import { duration, ProgressLine } from '../progress.js';
import { log } from '../run.js';

const LOG_EVERY_MS = 60_000;

export class BatchProgress {
  readonly #total: number;
  readonly #line = new ProgressLine();
  readonly #start = Date.now();
  #logged = Date.now();
  #failed = 0;
  #done = 0;

  /** @param total images to be done by this process. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Images tried. */
  get done(): number {
    return this.#done;
  }

  get failed(): number {
    return this.#failed;
  }

  /** Images a second so far. */
  get rate(): number {
    return (1000 * this.#done) / Math.max(1, Date.now() - this.#start);
  }

  /** Counts an image; `problem`, where it failed, is said at once. */
  count(problem?: string): void {
    this.#done++;
    if (problem !== undefined) {
      this.#failed++;
      this.#line.clear();
      log(`fastsam: ${problem}`);
    }
    const text = this.#text();
    this.#line.update(text, this.#done, this.#total, 'count');
    if (process.stderr.isTTY || Date.now() - this.#logged < LOG_EVERY_MS) return;
    this.#logged = Date.now();
    log(`${text}, ${this.#done} of ${this.#total}`);
  }

  clear(): void {
    this.#line.clear();
  }

  #text(): string {
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : '';
    return `${this.rate.toFixed(1)} images/s, ${duration((this.#total - this.#done) / this.rate)} left${failed}`;
  }
}
