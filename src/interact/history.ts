/** What was done, and the way back. */
import type { Edit, Selection } from './selection.js';
import type { Action } from './state.js';

interface Step {
  readonly action: Action;
  readonly before: Selection;
  readonly after: Selection;
}

/** A line of steps with a place on it. Selections share what they have in common, so a step costs what it changed. */
export class History {
  #steps: Step[] = [];
  #done = 0;

  /** @param most steps that are kept. */
  constructor(readonly most: number) {}

  get canUndo(): boolean {
    return this.#done > 0;
  }

  get canRedo(): boolean {
    return this.#done < this.#steps.length;
  }

  /** What was done, oldest first. */
  get actions(): readonly Action[] {
    return this.#steps.slice(0, this.#done).map(({ action }) => action);
  }

  /** Notes a step; what was undone before it can no longer be done again. */
  push(before: Selection, { action, after }: Edit): void {
    this.#steps.length = this.#done;
    this.#steps.push({ action, before, after });
    if (this.#steps.length > this.most) this.#steps.shift();
    this.#done = this.#steps.length;
  }

  /** One step back. */
  undo(): { readonly action: Action; readonly now: Selection } | undefined {
    if (!this.canUndo) return undefined;
    const { action, before } = this.#steps[--this.#done];
    return { action, now: before };
  }

  /** One step on again. */
  redo(): { readonly action: Action; readonly now: Selection } | undefined {
    if (!this.canRedo) return undefined;
    const { action, after } = this.#steps[this.#done++];
    return { action, now: after };
  }
}
