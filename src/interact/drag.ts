/** From presses, moves and releases of a pointer to clicks, boxes, lassos and strokes. */
import type { ClickMode, PointerDetails, Tool } from './input.js';
import { clipBox } from './regions.js';
import type { Gesture } from './state.js';

/** Points of a line that is being drawn: they only grow, so that views of the first ones stay as they are. */
class Line {
  #points = new Float32Array(64);
  #length = 0;

  /** Notes a point, unless it is the last one again. */
  add(x: number, y: number): void {
    const n = this.#length;
    if (n > 0 && this.#points[n - 2] === Math.fround(x) && this.#points[n - 1] === Math.fround(y)) return;
    if (n === this.#points.length) {
      const longer = new Float32Array(2 * n);
      longer.set(this.#points);
      this.#points = longer;
    }
    this.#points[n] = x;
    this.#points[n + 1] = y;
    this.#length = n + 2;
  }

  get points(): Float32Array {
    return this.#points.subarray(0, this.#length);
  }
}

/** What a drag needs to know of its time. */
export interface DragSetting {
  readonly tool: Tool;
  readonly brushRadius: number;
  readonly reach: number;
  readonly width: number;
  readonly height: number;
}

/** What the held keys and the button make of a click. */
export function modeOf(details: PointerDetails, otherwise: ClickMode): ClickMode {
  if (details.button === 2 || details.altKey) return 'minus';
  if (details.shiftKey) return 'new';
  return details.ctrlKey || details.metaKey ? 'plus' : otherwise;
}

/** A pointer that is held down. */
export class Drag {
  readonly #line = new Line();
  #far = false;
  #last: readonly [number, number];
  readonly #sign: 1 | -1;
  readonly #button: number;

  constructor(
    readonly x: number,
    readonly y: number,
    details: PointerDetails,
    readonly setting: DragSetting,
  ) {
    this.#last = [x, y];
    this.#line.add(x, y);
    this.#button = details.button ?? 0;
    const erases = setting.tool === 'eraser' || this.#button === 2 || details.altKey === true;
    this.#sign = erases ? -1 : 1;
  }

  /** The details with the button that was pressed: events of moves name none. */
  detailsWith(details: PointerDetails): PointerDetails {
    const { shiftKey, altKey, ctrlKey, metaKey, pointerType } = details; // of an event they are not own members
    return { shiftKey, altKey, ctrlKey, metaKey, pointerType, button: this.#button };
  }

  move(x: number, y: number): void {
    this.#last = [x, y];
    this.#line.add(x, y);
    this.#far ||= Math.hypot(x - this.x, y - this.y) > this.setting.reach;
  }

  /** What is shown of it, and done at its end; undefined: a click. */
  gesture(details: PointerDetails): Gesture | undefined {
    const { tool, brushRadius: radius, width, height } = this.setting;
    const { points } = this.#line;
    if (tool === 'brush' || tool === 'eraser') return { kind: 'stroke', points, radius, sign: this.#sign };
    if (!this.#far) return undefined;
    if (tool === 'lasso') return { kind: 'lasso', points, drawn: details.ctrlKey === true || details.metaKey === true };
    const box = clipBox([this.x, this.y, ...this.#last], width, height);
    return box && { kind: 'box', box, all: details.shiftKey === true };
  }
}
