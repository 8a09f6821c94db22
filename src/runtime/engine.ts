/**
 * What is used of the inside of tfjs' engine (4.22, the exact version that this package depends on): which backend is active.
 * Its public functions cannot say "none", and cannot switch in the middle of a backend's start.
 */
import * as tf from './tfjs.js';

/** Which backend operations use. */
export interface ActiveBackend {
  /** None before the first choice. */
  backendName?: string | null;
  backendInstance?: object | null;
  /** While a backend starts, operations of every backend throw. */
  pendingBackendInit?: Promise<boolean> | null;
}

/** The engine's fields. */
interface Engine extends ActiveBackend {
  /** Backends that were started. */
  readonly registry: Readonly<Record<string, object>>;
  /** Backends that can be started; where none is chosen, tfjs takes the one of the highest priority. */
  readonly registryFactory: Record<string, { priority: number }>;
}

/** The engine of this process. */
export const engine = (): Engine => tf.engine() as unknown as Engine;

/** What is active now. */
export function activeBackend(): ActiveBackend {
  const { backendName, backendInstance, pendingBackendInit } = engine();
  return { backendName, backendInstance, pendingBackendInit };
}

/** Makes it active as it was, without starting anything. */
export function activate(active: ActiveBackend): void {
  Object.assign(engine(), active);
}

/** A flag of tfjs: what it is set to, undefined where its default holds. */
export type FlagValue = boolean | number | string | undefined;

/** Sets flags. @returns what they were. */
export function setFlags(values: Readonly<Record<string, FlagValue>>): Record<string, FlagValue> {
  const flags = tf.env().getFlags() as Record<string, FlagValue>;
  const before: Record<string, FlagValue> = {};
  for (const [name, value] of Object.entries(values)) {
    before[name] = flags[name];
    if (value === undefined) Reflect.deleteProperty(flags, name);
    else flags[name] = value;
  }
  return before;
}
