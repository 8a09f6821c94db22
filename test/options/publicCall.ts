/** Rows of the table of public calls: a call, and valid arguments of it. */

/** Values that an argument takes beside those of its example's kind. */
export type Kind =
  'anything' | 'number' | 'text' | 'list' | 'object' | 'function' | 'bytes' | 'flag' | 'undefined' | 'null' | 'numbers';

/** One argument: a valid value, made anew for each call. */
export interface Argument {
  readonly make: () => unknown;
  readonly optional: boolean;
  readonly also: readonly Kind[];
}

export interface PublicCall {
  readonly call: (...args: never[]) => unknown;
  readonly args: readonly Argument[];
}

/** An argument that must be given. */
export const one = (make: () => unknown, ...also: Kind[]): Argument => ({ make, optional: false, also });
/** An argument that may be left out. */
export const may = (make: () => unknown, ...also: Kind[]): Argument => ({ make, optional: true, also });
/** A number. */
export const n = (value: number): Argument => one(() => value);
/** A text. */
export const text = (value: string): Argument => one(() => value);
/** Options of any function. */
export const OPTIONS: Argument = may(() => ({}));

/** An entry of the table. */
export const of = (call: (...args: never[]) => unknown, ...args: Argument[]): PublicCall => ({ call, args });

/** Goes through a row to its end. */
export async function drained(all: AsyncIterable<unknown>): Promise<void> {
  const rest = all[Symbol.asyncIterator]();
  while (!(await rest.next()).done);
}
