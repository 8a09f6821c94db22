/** Which objects lie under the pointer, and which of them a click would take. */
import type { Scene } from './scene.js';

/** Nothing under the pointer. */
const NONE: readonly number[] = [];

/** Follows the pointer. A move that stays on the same objects allocates nothing. */
export class Pointing {
  #scene: Scene;
  #found: Int32Array;
  #stack: readonly number[] = NONE;
  #depth = 0;
  /** Where the pointer is; undefined where it is not over the image, or where the keyboard chose the object. */
  place: { readonly x: number; readonly y: number } | undefined;
  /** Whether `cycle` chose an object other than the smallest. */
  get chosen(): number | undefined {
    return this.#depth > 0 ? this.hovered : undefined;
  }

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#found = new Int32Array(scene.masks.length);
  }

  /** The object that a click would take. */
  get hovered(): number | undefined {
    return this.#stack.at(this.#depth);
  }

  /** The objects at the pointer, smallest first. */
  get stack(): readonly number[] {
    return this.#stack;
  }

  /** Whether the keyboard chose the object. */
  get walking(): boolean {
    return this.place === undefined && this.#stack.length > 0;
  }

  /** Other objects; what was under the pointer is looked up again. @returns whether it is another. */
  useScene(scene: Scene): boolean {
    this.#scene = scene;
    this.#found = new Int32Array(scene.masks.length);
    return this.place ? this.move(this.place.x, this.place.y) : this.leave();
  }

  /** @returns whether other objects are under the pointer now. */
  move(x: number, y: number): boolean {
    this.place = { x, y };
    const n = this.#scene.stackAt(x, y, this.#found);
    if (this.#isStack(n)) return false;
    this.#stack = n === 0 ? NONE : Array.from(this.#found.subarray(0, n));
    this.#depth = 0;
    return true;
  }

  #isStack(n: number): boolean {
    if (n !== this.#stack.length) return false;
    for (let i = 0; i < n; i++) if (this.#found[i] !== this.#stack[i]) return false;
    return true;
  }

  /** @returns whether there was something under the pointer. */
  leave(): boolean {
    this.place = undefined;
    const had = this.#stack.length > 0;
    this.#stack = NONE;
    this.#depth = 0;
    return had;
  }

  /** The next larger (1) or smaller (-1) object at the pointer. @returns whether there is one. */
  cycle(step: 1 | -1): boolean {
    const depth = this.#depth + step;
    if (depth < 0 || depth >= this.#stack.length) return false;
    this.#depth = depth;
    return true;
  }

  /** An object of the list, without a place. @returns whether it is another one. */
  walkTo(object: number): boolean {
    const same = this.walking && this.hovered === object;
    this.place = undefined;
    this.#stack = [object];
    this.#depth = 0;
    return !same;
  }
}
