/** Events of a pointer as calls of a controller. */
import { requireChoice, requireObject } from '../options/requireKind.js';
import { Drag, modeOf } from './drag.js';
import type { ClickMode, PointerDetails, PointerKind } from './input.js';
import { activeOf } from './selection.js';
import type { Session } from './session.js';

/** What a pointer asks a controller for. */
export interface PointerTarget {
  hover(x: number, y: number): boolean;
  leave(): boolean;
  click(x: number, y: number, mode?: ClickMode): boolean;
  box(box: readonly number[], options?: { readonly all?: boolean; readonly mode?: ClickMode }): boolean;
  lasso(points: ArrayLike<number>, options?: { readonly drawn?: boolean; readonly mode?: ClickMode }): boolean;
  stroke(points: ArrayLike<number>, options?: { readonly radius?: number; readonly sign?: 1 | -1 }): boolean;
}

const KINDS: readonly PointerKind[] = ['hover', 'down', 'move', 'up', 'leave', 'cancel'];

/** Keeps what a pointer began. */
export class PointerInput {
  readonly #session: Session;
  readonly #target: PointerTarget;
  #drag: Drag | undefined;

  constructor(session: Session, target: PointerTarget) {
    this.#session = session;
    this.#target = target;
  }

  /** One event. */
  handle(kind: PointerKind, x: number, y: number, given: PointerDetails): void {
    requireChoice('pointer kind', kind, KINDS);
    requireObject('pointer details', given, 'an object such as a PointerEvent');
    if (kind === 'leave') this.#target.leave();
    else if (kind === 'cancel') this.cancel();
    else if (kind === 'down') this.#press(x, y, given);
    else if (!this.#drag) this.#hover(x, y, given);
    else if (kind === 'up') this.#release(this.#drag, x, y, given);
    else this.#move(this.#drag, x, y, given);
  }

  /** The drag ends without an effect. @returns whether there was one. */
  cancel(): boolean {
    const had = this.#drag !== undefined;
    this.#drag = undefined;
    this.#session.showGesture(undefined);
    return had;
  }

  /** A finger that is not down is nowhere. */
  #hover(x: number, y: number, { pointerType }: PointerDetails): void {
    if (pointerType === 'touch') this.#target.leave();
    else this.#target.hover(x, y);
  }

  #press(x: number, y: number, details: PointerDetails): void {
    this.cancel();
    if (details.button === 1) return;
    this.#hover(x, y, details);
    const { scene } = this.#session.now;
    this.#drag = new Drag(x, y, details, { ...this.#session.settings, width: scene.width, height: scene.height });
    this.#session.showGesture(this.#drag.gesture(details));
  }

  #move(drag: Drag, x: number, y: number, details: PointerDetails): void {
    drag.move(x, y);
    this.#session.showGesture(drag.gesture(drag.detailsWith(details)));
  }

  #release(drag: Drag, x: number, y: number, given: PointerDetails): void {
    drag.move(x, y);
    const details = drag.detailsWith(given);
    const gesture = drag.gesture(details);
    this.cancel();
    const mode = modeOf(details, this.#session.settings.mode);
    if (gesture?.kind === 'stroke') this.#target.stroke(gesture.points, { radius: gesture.radius, sign: gesture.sign });
    else if (gesture?.kind === 'lasso') this.#target.lasso(gesture.points, { drawn: gesture.drawn, mode });
    else if (gesture?.kind === 'box') this.#target.box(gesture.box, { all: gesture.all, mode });
    else this.#target.click(drag.x, drag.y, this.#tapped(drag, details, mode));
    this.#hover(x, y, given);
  }

  /** A tap on the active item takes away, since fingers hold no keys. */
  #tapped({ x, y }: Drag, { pointerType }: PointerDetails, mode: ClickMode): ClickMode {
    const active = activeOf(this.#session.now);
    const toggles = pointerType === 'touch' && mode === 'plus' && active?.mask.has(Math.floor(x), Math.floor(y));
    return toggles ? 'minus' : mode;
  }
}
