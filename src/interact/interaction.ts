/** What pointer, keys and undo do with the objects of an image. */
import { requireChoice, requireFlag, requireNumber, requireNumbers } from '../options/requireKind.js';
import { checkNames } from '../options/names.js';
import type { Results } from '../results/results.js';
import { clicked, cycled } from './clicks.js';
import {
  CLICK_MODES,
  type ClickMode,
  type KeyPress,
  type PointerDetails,
  type PointerKind,
  type Tool,
} from './input.js';
import type { InteractionOptions } from './options.js';
import { PointerInput } from './pointerInput.js';
import * as regions from './regions.js';
import { activeOf } from './selection.js';
import { FARTHEST, SelectionEditor } from './selectionEditor.js';
import { runKey } from './shortcuts.js';

/** How a box or lasso selects. */
export interface RegionOptions {
  /** As for clicks. Default: the controller's. */
  readonly mode?: ClickMode;
}

function requirePlace(x: unknown, y: unknown): void {
  requireNumber('x', x, -FARTHEST, FARTHEST);
  requireNumber('y', y, -FARTHEST, FARTHEST);
}

/**
 * A headless controller over the objects of one image: hover, clicks, boxes, lassos, brushes, operations on masks, undo.
 * It knows no DOM and no framework, works in pages, workers and Node, and never runs a network. The scene is never changed;
 * what is selected is a list of items with masks of their own. All coordinates are pixels of the image, x to the right, y
 * down, fractions allowed. Methods return whether they changed something; each change is one step of undo.
 *
 * @example
 * const interaction = new Interaction(scene);
 * interaction.on('change', ({ items }) => draw(items.map(({ mask }) => mask)));
 * canvas.onpointermove = (event) => interaction.pointer('hover', event.offsetX, event.offsetY, event);
 * interaction.click(520, 360);
 * interaction.undo();
 */
export class Interaction extends SelectionEditor {
  readonly #pointer: PointerInput;

  /**
   * @param scene of the image, as `segment` gives it.
   * @throws FastSAMError `INVALID_ARGUMENT` for what is no results, and wrong options.
   */
  constructor(scene: Results, options: InteractionOptions = {}) {
    super(scene, options);
    this.#pointer = new PointerInput(this.session, this);
  }

  /** What dragging does. */
  get tool(): Tool {
    return this.session.settings.tool;
  }

  set tool(tool: Tool) {
    this.session.set('tool', tool);
    this.#pointer.cancel();
  }

  /** What a plain click does. */
  get mode(): ClickMode {
    return this.session.settings.mode;
  }

  set mode(mode: ClickMode) {
    this.session.set('mode', mode);
  }

  /** Radius of brush and eraser. */
  get brushRadius(): number {
    return this.session.settings.brushRadius;
  }

  set brushRadius(radius: number) {
    this.session.set('brushRadius', radius);
  }

  /** See `InteractionOptions.reach`. */
  get reach(): number {
    return this.session.settings.reach;
  }

  set reach(reach: number) {
    this.session.set('reach', reach);
  }

  /**
   * What a pointer did, by the tool: clicks, boxes, lassos, strokes. A `PointerEvent` serves as the details.
   * @throws FastSAMError `INVALID_ARGUMENT` for arguments of other kinds.
   */
  pointer(kind: PointerKind, x: number, y: number, details: PointerDetails = {}): void {
    requirePlace(x, y);
    this.#pointer.handle(kind, x, y, details);
  }

  /**
   * A key, by `SHORTCUTS`. A `KeyboardEvent` serves.
   * @returns whether it was used; what is not is the page's.
   * @throws FastSAMError `INVALID_ARGUMENT` for what is no key.
   */
  key(press: KeyPress): boolean {
    return runKey(this, press);
  }

  /** The pointer is here: the smallest object under it is the hovered one. */
  hover(x: number, y: number): boolean {
    requirePlace(x, y);
    return this.#pointed(this.session.pointing.move(x, y));
  }

  /** The pointer is nowhere. */
  leave(): boolean {
    return this.#pointed(this.session.pointing.leave());
  }

  #pointed(another: boolean): boolean {
    if (another) this.session.changed();
    return another;
  }

  /**
   * A click. On an object it does what the mode says; `plus` takes the smallest object there that adds something. Again on
   * the place of the last click the object becomes the next larger one, and after the largest the point goes; a click on
   * an older point takes that away. Where no object is: the event `nothing`.
   */
  click(x: number, y: number, mode: ClickMode = this.mode): boolean {
    requirePlace(x, y);
    requireChoice('mode', mode, CLICK_MODES);
    const { pointing, now } = this.session;
    if (!now.scene.holds(x, y)) return false;
    const near = pointing.place && Math.hypot(pointing.place.x - x, pointing.place.y - y) <= this.reach;
    const object = near ? pointing.chosen : undefined;
    return this.session.do(clicked(now, { x, y, mode, reach: this.reach, object }), { x, y });
  }

  /** The object here joins the active item; without one it begins an item. */
  plus(x: number, y: number): boolean {
    return this.click(x, y, 'plus');
  }

  /** The smallest object here is taken away from the item here; what was drawn here, where no object is. */
  minus(x: number, y: number): boolean {
    return this.click(x, y, 'minus');
  }

  /**
   * The object that fits a box best, by IoU with its mask. With `all` every object with more than half of it inside, each
   * an item of its own.
   * @param box x1, y1, x2, y2; what lies outside the image is cut off.
   * @throws FastSAMError `INVALID_ARGUMENT` for arguments of other kinds.
   */
  box(box: readonly number[], options: RegionOptions & { readonly all?: boolean } = {}): boolean {
    requireNumbers('box', box, 4);
    const { mode, all = false } = this.#regionOptions(options, 'all');
    const { scene } = this.session.now;
    const inside = regions.clipBox(box, scene.width, scene.height);
    if (!inside) return false;
    const [x1, y1, x2, y2] = inside;
    const find = all ? regions.insideBox : regions.boxed;
    const asked = { x: (x1 + x2) / 2, y: (y1 + y2) / 2, box: inside };
    return this.session.do(find(this.session.now, inside, mode), asked);
  }

  /**
   * Every object with more than half of it inside an outline, each an item of its own. With `drawn` the outline itself is
   * the mask.
   * @param points x0, y0, x1, y1, …, closed by itself.
   * @throws FastSAMError `INVALID_ARGUMENT` for arguments of other kinds.
   */
  lasso(points: ArrayLike<number>, options: RegionOptions & { readonly drawn?: boolean } = {}): boolean {
    requireNumbers('lasso', points);
    const { mode, drawn = false } = this.#regionOptions(options, 'drawn');
    if (drawn) return this.session.do(regions.drawnLasso(this.session.now, points, mode));
    return this.session.do(regions.insideLasso(this.session.now, points, mode), this.#middleOf(points));
  }

  #regionOptions<K extends 'all' | 'drawn'>(options: RegionOptions & Readonly<Partial<Record<K, boolean>>>, flag: K) {
    checkNames(options, ['mode', flag]);
    const { mode = this.mode } = options;
    requireChoice('mode', mode, CLICK_MODES);
    if (options[flag] !== undefined) requireFlag(flag, options[flag]);
    return { ...options, mode };
  }

  #middleOf(points: ArrayLike<number>) {
    const { scene } = this.session.now;
    const column = Array.from(points).filter((_, i) => i % 2 === 0);
    const row = Array.from(points).filter((_, i) => i % 2 === 1);
    const around = [Math.min(...column), Math.min(...row), Math.max(...column), Math.max(...row)];
    const box = regions.clipBox(around, scene.width, scene.height);
    return box && { x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2, box };
  }

  /**
   * What a round brush covers is added (1) to the active item, or begins one; or it is erased (-1) from the active item,
   * else from all.
   * @param points x0, y0, x1, y1, …
   * @throws FastSAMError `INVALID_ARGUMENT` for arguments of other kinds.
   */
  stroke(points: ArrayLike<number>, options: { readonly radius?: number; readonly sign?: 1 | -1 } = {}): boolean {
    checkNames(options, ['radius', 'sign']);
    const { radius = this.brushRadius, sign = 1 } = options;
    requireChoice('sign', sign, [1, -1]);
    return this.session.do(regions.stroked(this.session.now, points, radius, sign));
  }

  /**
   * The next larger (1) or smaller (-1) object: of the click that was just made here, if it was; else of the pointer, for the
   * click that follows.
   */
  cycle(step: 1 | -1): boolean {
    requireChoice('step', step, [1, -1]);
    const { pointing, now } = this.session;
    const active = activeOf(now);
    const point = active?.points.at(-1);
    const { place } = pointing;
    const here = point && (!place || Math.hypot(place.x - point.x, place.y - point.y) <= this.reach);
    if (active && here && point.sign === 1) return this.session.do(cycled(now, active, step));
    return this.#pointed(pointing.cycle(step));
  }

  /** The next (1) or previous (-1) object of the list is the hovered one: the pointer of the keyboard. */
  walk(step: 1 | -1): boolean {
    requireChoice('step', step, [1, -1]);
    const { pointing, now } = this.session;
    const n = now.scene.masks.length;
    if (n === 0) return false;
    const from = pointing.hovered ?? (step === 1 ? -1 : n);
    return this.#pointed(pointing.walkTo((from + step + n) % n));
  }

  /** Takes the hovered object, if the keyboard chose it; else finishes the active item, so that a click begins another. */
  take(mode: ClickMode = this.mode): boolean {
    requireChoice('mode', mode, CLICK_MODES);
    const { pointing } = this.session;
    if (pointing.walking && pointing.hovered !== undefined) return this.choose(pointing.hovered, mode);
    return this.activate(undefined);
  }

  /** Ends the drag under way; without one what the keyboard chose is left, and without that the selection is cleared. */
  escape(): boolean {
    if (this.#pointer.cancel()) return true;
    return this.session.pointing.walking ? this.leave() : this.clear();
  }
}
