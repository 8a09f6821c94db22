/** Small things that stay on this device from visit to visit. */
import { effect, signal, type Signal } from '@preact/signals';

const PREFIX = 'fastsam.';

/**
 * A signal whose value is kept in this browser.
 * @param isValid whether what was kept, perhaps by another version, may be used.
 */
export function kept<T>(name: string, first: T, isValid: (value: unknown) => value is T): Signal<T> {
  const made = signal(read(name, first, isValid));
  effect(() => {
    const text = JSON.stringify(made.value);
    try {
      localStorage.setItem(PREFIX + name, text);
    } catch {
      // A private window without storage: it holds for this visit.
    }
  });
  return made;
}

function read<T>(name: string, first: T, isValid: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(PREFIX + name) ?? 'null');
    return isValid(value) ? value : first;
  } catch {
    return first;
  }
}

/** Accepts one of a list of texts. */
export const oneOf =
  <T extends string>(...list: readonly T[]) =>
  (value: unknown): value is T =>
    list.some((one) => one === value);

/** Accepts a plain object; its members are checked where they are used. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
