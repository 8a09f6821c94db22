/** How long something lives that has to be freed: until it is disposed, and then until nobody uses it any more. */
import { FastSAMError } from '../errors.js';

/** Counts the uses of a resource and frees it once, after its end and after the last use. */
export class Lifetime {
  #ended = false;
  #uses = 0;
  #freed = false;
  readonly #whenFreed: Promise<void>;
  #resolveFreed: () => void = () => undefined;
  readonly #free: () => void;
  readonly #message: string;

  /**
   * @param free frees the resource; called once.
   * @param message of the error for uses after the end.
   */
  constructor(free: () => void, message: string) {
    this.#free = free;
    this.#message = message;
    this.#whenFreed = new Promise((resolve) => (this.#resolveFreed = resolve));
  }

  /** @throws FastSAMError `DISPOSED` after the end. */
  requireAlive(): void {
    if (this.#ended) throw new FastSAMError('DISPOSED', this.#message);
  }

  /**
   * Does work with the resource, which stays until the work is done.
   * @throws FastSAMError `DISPOSED` after the end, and what the work throws.
   */
  async use<T>(work: () => Promise<T>): Promise<T> {
    this.requireAlive();
    this.#uses++;
    try {
      return await work();
    } finally {
      this.#uses--;
      this.#freeIfUnused();
    }
  }

  /** Ends the resource; it is freed now, or when the work under way is done. May be called again. */
  end(): void {
    this.#ended = true;
    this.#freeIfUnused();
  }

  /** Ends the resource and waits until it is freed. */
  async endAndWait(): Promise<void> {
    this.end();
    await this.#whenFreed;
  }

  #freeIfUnused(): void {
    if (!this.#ended || this.#uses > 0 || this.#freed) return;
    this.#freed = true;
    try {
      this.#free();
    } finally {
      this.#resolveFreed();
    }
  }
}
