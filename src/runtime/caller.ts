/**
 * The TensorFlow.js of the caller, which may be one more user of it: the backend it had before the first model is active again
 * after the last one.
 */
import * as tf from './tfjs.js';
import { activate, activeBackend, engine } from './engine.js';
import { within } from './startLimit.js';

/** The caller's choice before the first model. */
interface Before {
  /** Absent where no backend was running. */
  readonly backend?: string;
  /** Backends that tfjs could start by itself. */
  readonly known: ReadonlySet<string>;
}

let before: Before | undefined;
const undoes: (() => void)[] = [];

/** Undoes something once the caller gets his TensorFlow.js back, before his backend is active again. */
export function whenGivenBack(undo: () => void): void {
  undoes.push(undo);
}

/**
 * Notes the caller's backend. One that is just starting is waited for.
 * @param limit for so many seconds.
 */
export async function rememberCaller(limit: number): Promise<void> {
  const starting = engine().pendingBackendInit;
  if (starting) await within(limit, starting).catch(() => undefined);
  const { backendName, backendInstance } = activeBackend();
  const known = new Set(Object.keys(engine().registryFactory));
  before = { ...(backendName && backendInstance && { backend: backendName }), known };
}

/**
 * Gives the caller's backend back. One that the caller has chosen meanwhile stays.
 * @param own the backend that models ran on; undefined where none started.
 */
export function giveBack(own: object | undefined): void {
  for (const undo of undoes.splice(0)) undo();
  if (!before) return;
  const { backend, known } = before;
  before = undefined;
  const { registry, registryFactory } = engine();
  // Without a choice of the caller, tfjs goes on choosing by itself as it would have done without us.
  for (const [name, entry] of Object.entries(registryFactory)) if (!known.has(name)) entry.priority = NEVER_FIRST;
  const active = activeBackend().backendInstance ?? undefined;
  if (active !== own) return;
  if (backend !== undefined) {
    if (backend in registry) void tf.setBackend(backend); // it runs: this is done at once
  } else if (own === undefined || registry[firstChoice()] !== own) {
    activate({ backendName: undefined, backendInstance: undefined, pendingBackendInit: null });
  }
}

/** Below the priorities of tfjs' backends: 1 to 3. */
const NEVER_FIRST = 0;

/** The backend that tfjs takes where nobody chooses. It would start a second one even where that runs already. */
function firstChoice(): string {
  const factories = Object.entries(engine().registryFactory);
  return factories.sort(([, a], [, b]) => b.priority - a.priority)[0]?.[0] ?? '';
}
