/** Fingers, pens and mice on the stage: what selects goes to the controller, what moves the picture stays here. */
import type { Interaction, PointerKind } from 'fastsam-tfjs/interact';
import type { Renderer } from './renderer.js';
import { panned, toPicture, zoomed, type Size } from './view.js';

/** CSS pixels within which a place counts as the same. */
const REACH = { mouse: 4, pen: 6, touch: 12 } as const;
/** A tap of two fingers is shorter than this, in milliseconds, and moves less than `REACH.touch`. */
const TAP = 280;
/** How fast the wheel zooms. */
const WHEEL = 0.0016;
/** `buttons` of a pen's eraser. */
const PEN_ERASER = 32;

interface Finger {
  x: number;
  y: number;
}

export interface GestureTargets {
  readonly renderer: Renderer;
  readonly interaction: () => Interaction | undefined;
  readonly picture: () => Size | undefined;
  /** Space is held: a drag moves the picture. */
  readonly panning: () => boolean;
}

/** Listens on the stage. @returns what ends it */
export function listen(stage: HTMLElement, targets: GestureTargets): () => void {
  const gestures = new Gestures(stage, targets);
  const ends = new AbortController();
  const { signal } = ends;
  const on = <K extends keyof HTMLElementEventMap>(type: K, hear: (event: HTMLElementEventMap[K]) => void): void => {
    stage.addEventListener(type, hear, { signal, passive: false });
  };
  on('pointerdown', (event) => gestures.down(event));
  on('pointermove', (event) => gestures.move(event));
  on('pointerup', (event) => gestures.up(event));
  on('pointercancel', (event) => gestures.cancel(event));
  on('pointerleave', (event) => gestures.leave(event));
  on('wheel', (event) => gestures.wheel(event));
  on('contextmenu', (event) => event.preventDefault());
  return () => ends.abort();
}

class Gestures {
  readonly #stage: HTMLElement;
  readonly #targets: GestureTargets;
  readonly #fingers = new Map<number, Finger>();
  /** The pointer whose drag is the controller's. */
  #dragging: number | undefined;
  /** The pointer that moves the picture. */
  #panning: number | undefined;
  #pinch: { distance: number; x: number; y: number; readonly start: number; moved: number } | undefined;
  #toolBefore: Interaction['tool'] | undefined;

  constructor(stage: HTMLElement, targets: GestureTargets) {
    this.#stage = stage;
    this.#targets = targets;
  }

  down(event: PointerEvent): void {
    this.#stage.focus({ preventScroll: true });
    this.#stage.setPointerCapture(event.pointerId);
    const at = this.#place(event);
    if (event.pointerType === 'touch') {
      this.#fingers.set(event.pointerId, at);
      if (this.#fingers.size === 2) {
        this.#beginPinch(event.timeStamp);
        return;
      }
      if (this.#fingers.size > 2) return;
    }
    if (event.button === 1 || this.#targets.panning()) {
      event.preventDefault();
      this.#panning = event.pointerId;
      this.#fingers.set(event.pointerId, at);
      return;
    }
    const interaction = this.#targets.interaction();
    if (interaction && event.pointerType === 'pen' && event.buttons & PEN_ERASER) {
      this.#toolBefore = interaction.tool;
      interaction.tool = 'eraser';
    }
    this.#dragging = event.pointerId;
    this.#tell('down', event);
  }

  move(event: PointerEvent): void {
    const at = this.#place(event);
    if (this.#pinch && this.#fingers.has(event.pointerId)) {
      this.#fingers.set(event.pointerId, at);
      this.#movePinch();
      return;
    }
    if (this.#panning === event.pointerId) {
      const before = this.#fingers.get(event.pointerId) ?? at;
      this.#pan(at.x - before.x, at.y - before.y);
      this.#fingers.set(event.pointerId, at);
      return;
    }
    if (event.pointerType === 'touch') this.#fingers.set(event.pointerId, at);
    if (this.#dragging === event.pointerId) {
      const all = 'getCoalescedEvents' in event ? event.getCoalescedEvents() : [];
      for (const one of all.length > 0 ? all : [event]) this.#tell('move', one);
    } else if (this.#dragging === undefined && event.pointerType !== 'touch') this.#tell('hover', event);
  }

  up(event: PointerEvent): void {
    const wasPinch = this.#pinch;
    this.#fingers.delete(event.pointerId);
    if (wasPinch) {
      if (this.#fingers.size === 0) {
        this.#pinch = undefined;
        const short = event.timeStamp - wasPinch.start < TAP && wasPinch.moved < REACH.touch;
        if (short) this.#targets.interaction()?.undo();
      }
      return;
    }
    if (this.#panning === event.pointerId) this.#panning = undefined;
    if (this.#dragging !== event.pointerId) return;
    this.#dragging = undefined;
    this.#tell('up', event);
    this.#restoreTool();
    if (event.pointerType === 'touch') this.#targets.interaction()?.leave();
  }

  cancel(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
    if (this.#fingers.size === 0) this.#pinch = undefined;
    if (this.#panning === event.pointerId) this.#panning = undefined;
    if (this.#dragging === event.pointerId) {
      this.#dragging = undefined;
      this.#tell('cancel', event);
      this.#restoreTool();
    }
  }

  leave(event: PointerEvent): void {
    if (this.#dragging === undefined && event.pointerType !== 'touch') this.#tell('leave', event);
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    const { renderer } = this.#targets;
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1;
    if (event.altKey) {
      this.#targets.interaction()?.cycle(event.deltaY + event.deltaX > 0 ? 1 : -1);
      return;
    }
    if (event.shiftKey) {
      this.#pan(-(event.deltaX + event.deltaY) * lines, 0);
      return;
    }
    const picture = this.#targets.picture();
    if (!picture) return;
    const factor = Math.exp(-event.deltaY * lines * WHEEL * (event.ctrlKey ? 6 : 1));
    renderer.view = zoomed(renderer.view, factor, this.#place(event), picture);
  }

  #restoreTool(): void {
    const interaction = this.#targets.interaction();
    if (interaction && this.#toolBefore) interaction.tool = this.#toolBefore;
    this.#toolBefore = undefined;
  }

  /** A second finger: what the first began has no effect. */
  #beginPinch(start: number): void {
    if (this.#dragging !== undefined) {
      this.#dragging = undefined;
      this.#targets.interaction()?.pointer('cancel', 0, 0);
    }
    this.#pinch = { ...this.#middle(), start, moved: 0 };
  }

  #movePinch(): void {
    const before = this.#pinch;
    const picture = this.#targets.picture();
    if (!before || this.#fingers.size < 2) return;
    const now = this.#middle();
    const dx = now.x - before.x;
    const dy = now.y - before.y;
    const { renderer } = this.#targets;
    const moved = before.moved + Math.hypot(dx, dy) + Math.abs(now.distance - before.distance);
    this.#pinch = { ...now, start: before.start, moved };
    if (!picture || moved < REACH.touch) return;
    const view = zoomed(renderer.view, now.distance / Math.max(1, before.distance), now, picture);
    renderer.view = panned(view, dx, dy, renderer.viewport, picture);
  }

  #middle(): { distance: number; x: number; y: number } {
    const [a, b] = [...this.#fingers.values()];
    return { distance: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  }

  #pan(dx: number, dy: number): void {
    const { renderer } = this.#targets;
    const picture = this.#targets.picture();
    if (picture) renderer.view = panned(renderer.view, dx, dy, renderer.viewport, picture);
  }

  #tell(kind: PointerKind, event: PointerEvent): void {
    const interaction = this.#targets.interaction();
    if (!interaction) return;
    const { renderer } = this.#targets;
    const { x, y } = this.#place(event);
    const at = toPicture(renderer.view, x, y);
    const type = event.pointerType === 'touch' || event.pointerType === 'pen' ? event.pointerType : 'mouse';
    interaction.reach = REACH[type] / renderer.view.scale;
    interaction.pointer(kind, at.x, at.y, event);
  }

  #place(event: MouseEvent): Finger {
    const { left, top } = this.#stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }
}
