/** Operations on the selection that need no pointer. */
import { invalidArgument } from '../errors.js';
import { requireMask, type Mask } from '../mask/mask.js';
import { requireChoice, requireFlag, requireNumber, requireWhole } from '../options/requireKind.js';
import { checkNames } from '../options/names.js';
import { plural, showValue } from '../options/showValue.js';
import { checkIndex } from '../record/indices.js';
import type { RefineOptions } from '../results/refine.js';
import type { Results } from '../results/results.js';
import { added, takenAway } from './clicks.js';
import { resultsOfItems, withObjects } from './columns.js';
import * as edits from './edits.js';
import type { InteractionEvent } from './events.js';
import { CLICK_MODES, type ClickMode } from './input.js';
import { withoutObjects, type Item } from './item.js';
import { resolveInteraction, type InteractionOptions } from './options.js';
import { requireResults, Scene } from './scene.js';
import { activeOf, edited, targetsOf } from './selection.js';
import { Session } from './session.js';
import type { Action, InteractionEvents, InteractionState } from './state.js';

/** Places farther away than this are nobody's pointer. */
export const FARTHEST = 1e9;

/** What `Interaction` can do without a pointer; its pages describe it there. */
export class SelectionEditor {
  /** @internal */
  protected readonly session: Session;

  /**
   * @param scene of the image, as `segment` gives it.
   * @throws FastSAMError `INVALID_ARGUMENT` for what is no results, and wrong options.
   */
  constructor(scene: Results, options: InteractionOptions = {}) {
    const { steps, ...settings } = resolveInteraction(options);
    this.session = new Session(new Scene(scene), settings, steps);
  }

  /** The objects, added ones included. */
  get scene(): Results {
    return this.session.now.scene.results;
  }

  /** A snapshot of everything; it stays as it is, and another one takes its place when something changes. */
  get state(): InteractionState {
    return this.session.state;
  }

  /**
   * Which object each pixel shows, the smallest on top: `height * width` numbers, row by row, 0 for none, else 1 + the
   * object's index. Made when it is asked for, and kept while the objects stay. Not to be written to.
   */
  get labels(): Uint16Array {
    return this.session.now.scene.labels;
  }

  /** What was done and not undone, oldest first. */
  get history(): readonly Action[] {
    return this.session.actions;
  }

  /**
   * Adds a listener; see `InteractionEvents`.
   * @returns what takes it away again.
   * @throws FastSAMError `INVALID_ARGUMENT` for another event, and for what is no function.
   */
  on<K extends InteractionEvent>(event: K, listener: (detail: InteractionEvents[K]) => void): () => void {
    return this.session.listeners.add(event, listener);
  }

  /**
   * An object by its index, as a click on it, without a point.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is none.
   */
  choose(object: number, mode: ClickMode = this.session.settings.mode): boolean {
    requireChoice('mode', mode, CLICK_MODES);
    const { now } = this.session;
    const index = checkIndex('object', object, now.scene.masks.length);
    if (mode !== 'minus') return this.session.do(added(now, index, mode));
    const holder = [activeOf(now), ...now.items].find((item) => item?.objects.includes(index));
    return holder !== undefined && this.session.do(takenAway(now, holder, index));
  }

  /**
   * Makes an item the one that points and strokes change; undefined: the next click begins another.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is none.
   */
  activate(item: number | undefined): boolean {
    if (item !== undefined) this.#itemOf(item);
    return this.session.do(edits.activated(this.session.now, item));
  }

  #itemOf(id: unknown): Item {
    const { items } = this.session.now;
    const found = items.find((item) => item.id === id);
    if (found) return found;
    const known = items.map((item) => item.id).join(', ') || 'none';
    throw invalidArgument(`item: got ${showValue(id)}, expected the id of a selected item (there are: ${known})`);
  }

  /** Every object is an item of its own. */
  selectAll(): boolean {
    return this.session.do(edits.allSelected(this.session.now));
  }

  /** The objects that are in no item, each an item of its own. */
  invert(): boolean {
    return this.session.do(edits.inverted(this.session.now));
  }

  /** One item: the pixels that are in no item. */
  invertPixels(): boolean {
    return this.session.do(edits.pixelsInverted(this.session.now));
  }

  /** Nothing is selected. */
  clear(): boolean {
    return this.session.do(edits.cleared(this.session.now));
  }

  /** All items become one. */
  merge(): boolean {
    return this.session.do(edits.merged(this.session.now));
  }

  /** The first item without the others, which go. */
  subtract(): boolean {
    return this.session.do(edits.subtracted(this.session.now));
  }

  /** Each connected part (8 neighbours) of the active item, else of all, becomes an item. */
  split(): boolean {
    return this.session.do(edits.splitUp(this.session.now));
  }

  /**
   * Cleans the active item, else all, as `Results.refine` does.
   * @throws FastSAMError `INVALID_ARGUMENT` for other options.
   */
  refine(options: Pick<RefineOptions, 'clean' | 'largest'> = { clean: true }): boolean {
    checkNames(options, ['clean', 'largest']);
    const { clean = false, largest = false } = options;
    requireFlag('clean', clean);
    requireFlag('largest', largest);
    return this.session.do(edits.refined(this.session.now, clean, largest));
  }

  /**
   * The active item, else all, larger by some pixels on each side.
   * @throws FastSAMError `INVALID_ARGUMENT` for no whole number from 1.
   */
  dilate(pixels: number): boolean {
    requireWhole('pixels', pixels, 1, 10_000);
    return this.session.do(edits.grown(this.session.now, pixels));
  }

  /**
   * The active item, else all, smaller by some pixels on each side; the image's border eats nothing away.
   * @throws FastSAMError `INVALID_ARGUMENT` for no whole number from 1.
   */
  erode(pixels: number): boolean {
    requireWhole('pixels', pixels, 1, 10_000);
    return this.session.do(edits.grown(this.session.now, -pixels));
  }

  /** The active item, else all, without holes of up to `maxArea` pixels; all of them by default. */
  fillHoles(maxArea = Infinity): boolean {
    requireNumber('maxArea', maxArea, 0);
    return this.session.do(edits.filled(this.session.now, maxArea));
  }

  /**
   * An item goes; by default the active one, else all.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is none of that id.
   */
  remove(item?: number): boolean {
    const { now } = this.session;
    return this.session.do(edits.removed(now, item === undefined ? targetsOf(now) : [this.#itemOf(item)]));
  }

  /**
   * A mask that was made elsewhere, such as an outline edited in another tool, for an item; without one a new item.
   * @param mask on the image's grid.
   * @throws FastSAMError `INVALID_ARGUMENT` for a mask on another grid, and where there is no such item.
   */
  setMask(mask: Mask, item?: number): boolean {
    requireMask(mask);
    const { now } = this.session;
    const { width, height } = now.scene;
    if (mask.gridWidth !== width || mask.gridHeight !== height) {
      throw invalidArgument(
        `mask: got a grid of ${mask.gridWidth} x ${mask.gridHeight} pixels, expected the image's ${width} x ${height}; ` +
          'resize it to them with masks.resizeMask',
      );
    }
    return this.session.do(edits.maskSet(now, mask, item === undefined ? undefined : this.#itemOf(item)));
  }

  /**
   * Adds what was found in a crop of the image ("look closer"). Objects that are there already (IoU over 0.8) are left out.
   * @param corner of the crop in the image, whole pixels.
   * @returns how many were added.
   * @throws FastSAMError `INVALID_ARGUMENT` for what is no results, or no corner.
   */
  addObjects(found: Results, corner: { readonly x: number; readonly y: number } = { x: 0, y: 0 }): number {
    requireResults('addObjects', found);
    checkNames(corner, ['x', 'y']);
    requireWhole('corner x', corner.x, -FARTHEST, FARTHEST);
    requireWhole('corner y', corner.y, -FARTHEST, FARTHEST);
    const { now } = this.session;
    const scene = withObjects(now.scene, found, corner.x, corner.y);
    const count = scene.masks.length - now.scene.masks.length;
    if (count === 0) return 0;
    const edit = edited(now, 'add objects', `Find ${plural(count, 'more object')}`, now.items, now.active);
    this.session.do({ ...edit, after: { ...edit.after, scene } });
    return count;
  }

  /**
   * Other objects of the same image, as after a change of settings. The selection stays, as masks.
   * @throws FastSAMError `INVALID_ARGUMENT` for what is no results, and for those of an image of another size.
   */
  replaceScene(scene: Results): void {
    const { now } = this.session;
    const next = new Scene(scene);
    now.scene.requireSameImage('replaceScene', scene);
    const edit = edited(now, 'replace scene', 'Find objects anew', now.items.map(withoutObjects), now.active);
    this.session.do({ ...edit, after: { ...edit.after, scene: next } });
  }

  /** Takes the last action back. */
  undo(): boolean {
    return this.session.undo();
  }

  /** Does again what was undone. */
  redo(): boolean {
    return this.session.redo();
  }

  /**
   * The selection as results with one object an item, for files, cut-outs and drawings. The score of an item is the best of
   * its objects', 1 for what was drawn; its id and class are those of its first object where they are free.
   */
  selection(): Results {
    const { scene, items } = this.session.now;
    return resultsOfItems(scene, items);
  }
}
