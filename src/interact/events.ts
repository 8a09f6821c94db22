/** Listeners by event. */
import { requireChoice, requireFunction } from '../options/requireKind.js';
import type { InteractionEvents } from './state.js';

/** A name of an event. */
export type InteractionEvent = keyof InteractionEvents;

type Listener = (detail: never) => void;

/** Every event. */
const NAMES: readonly InteractionEvent[] = ['change', 'hover', 'select', 'nothing', 'action'];

/** Who wants to hear of what. */
export class Listeners {
  readonly #lists = new Map<InteractionEvent, Set<Listener>>();

  /** @returns what takes the listener away again. */
  add<K extends InteractionEvent>(event: K, listener: (detail: InteractionEvents[K]) => void): () => void {
    requireChoice('event', event, NAMES);
    requireFunction('listener', listener);
    const list = this.#lists.get(event) ?? new Set();
    this.#lists.set(event, list.add(listener));
    return () => {
      list.delete(listener);
    };
  }

  /** Tells everyone; what a listener throws goes to the caller. */
  tell<K extends InteractionEvent>(event: K, detail: InteractionEvents[K]): void {
    for (const listener of this.#lists.get(event) ?? []) (listener as (detail: InteractionEvents[K]) => void)(detail);
  }
}
