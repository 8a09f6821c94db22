/** One image under work: what is selected now, what was before, what is under the pointer, and who hears of it. */
import { Listeners } from './events.js';
import type { ClickMode, Tool } from './input.js';
import { History } from './history.js';
import type { Item } from './item.js';
import { checkSetting } from './options.js';
import { Pointing } from './pointing.js';
import type { Scene } from './scene.js';
import { startOf, type Edit, type Selection } from './selection.js';
import type { Action, Gesture, InteractionState, SelectedItem } from './state.js';

/** What can be set at any time. */
export interface Settings {
  tool: Tool;
  mode: ClickMode;
  brushRadius: number;
  reach: number;
}

/** What an edit comes to: a change, no change, or nothing where an object was asked for. */
export type Outcome = Edit | 'nothing' | undefined;

/** Where an object was asked for. */
export interface Asked {
  readonly x: number;
  readonly y: number;
  readonly box?: readonly [number, number, number, number];
}

const NONE: readonly number[] = [];

/** The parts of the state that come with an event of their own. */
interface Told {
  readonly items: readonly Item[];
  readonly active: number | undefined;
  readonly hovered: number | undefined;
  readonly stack: readonly number[];
}

/** See the top. */
export class Session {
  readonly listeners = new Listeners();
  readonly pointing: Pointing;
  readonly #settings: Settings;
  readonly #history: History;
  readonly #views = new WeakMap<Item, SelectedItem>();
  #now: Selection;
  #gesture: Gesture | undefined;
  #state: InteractionState | undefined;
  #told: Told;

  constructor(scene: Scene, settings: Settings, steps: number) {
    this.#now = startOf(scene);
    this.#settings = { ...settings };
    this.#history = new History(steps);
    this.pointing = new Pointing(scene);
    this.#told = { items: this.#now.items, active: undefined, hovered: undefined, stack: NONE };
  }

  /** What is selected. */
  get now(): Selection {
    return this.#now;
  }

  get settings(): Readonly<Settings> {
    return this.#settings;
  }

  /** What was done, oldest first. */
  get actions(): readonly Action[] {
    return this.#history.actions;
  }

  /** The snapshot, made when somebody looks. */
  get state(): InteractionState {
    this.#state ??= {
      hovered: this.#hovered,
      stack: this.#paints ? NONE : this.pointing.stack,
      items: this.#now.items.map((item) => this.#viewOf(item)),
      active: this.#now.active,
      gesture: this.#gesture,
      tool: this.#settings.tool,
      mode: this.#settings.mode,
      brushRadius: this.#settings.brushRadius,
      canUndo: this.#history.canUndo,
      canRedo: this.#history.canRedo,
      objects: this.#now.scene.masks.length,
    };
    return this.#state;
  }

  /** Brush and eraser take no objects. */
  get #paints(): boolean {
    return (this.#settings.tool === 'brush' || this.#settings.tool === 'eraser') && !this.pointing.walking;
  }

  get #hovered(): number | undefined {
    return this.#paints ? undefined : this.pointing.hovered;
  }

  /** An item without its parts, always the same object for the same item. */
  #viewOf(item: Item): SelectedItem {
    const { id, mask, objects, points } = item;
    const view = this.#views.get(item) ?? { id, mask, objects, points };
    this.#views.set(item, view);
    return view;
  }

  /** @throws FastSAMError `INVALID_ARGUMENT` for a value that the setting does not take */
  set<K extends keyof Settings>(name: K, value: Settings[K]): void {
    checkSetting(name, value);
    if (this.#settings[name] === value) return;
    this.#settings[name] = value;
    this.changed();
  }

  /** The drag that is shown. */
  showGesture(gesture: Gesture | undefined): void {
    if (gesture === undefined && this.#gesture === undefined) return;
    this.#gesture = gesture;
    this.changed();
  }

  /** Does what an edit says. @returns whether it changed something. */
  do(outcome: Outcome, asked?: Asked): boolean {
    if (outcome === 'nothing') {
      if (asked) this.listeners.tell('nothing', asked);
      return false;
    }
    if (!outcome) return false;
    this.#history.push(this.#now, outcome);
    this.#goTo(outcome.after, outcome.action, 'do');
    return true;
  }

  undo(): boolean {
    const step = this.#history.undo();
    if (step) this.#goTo(step.now, step.action, 'undo');
    return step !== undefined;
  }

  redo(): boolean {
    const step = this.#history.redo();
    if (step) this.#goTo(step.now, step.action, 'redo');
    return step !== undefined;
  }

  #goTo(next: Selection, action: Action, step: 'do' | 'undo' | 'redo'): void {
    const { scene } = this.#now;
    this.#now = next;
    if (next.scene !== scene) {
      scene.forgetLabels();
      this.pointing.useScene(next.scene);
    }
    this.changed(() => {
      this.listeners.tell('action', { action, step });
    });
  }

  /**
   * Tells of what is another now.
   * @param first told before the rest.
   */
  changed(first?: () => void): void {
    this.#state = undefined;
    const old = this.#told;
    const { items, active } = this.#now;
    const hovered = this.#hovered;
    const stack = this.#paints ? NONE : this.pointing.stack;
    this.#told = { items, active, hovered, stack };
    first?.();
    if (items !== old.items || active !== old.active) {
      this.listeners.tell('select', { items: this.state.items, active: this.state.active });
    }
    if (hovered !== old.hovered || stack !== old.stack) this.listeners.tell('hover', { hovered, stack });
    this.listeners.tell('change', this.state);
  }
}
