/** Advice of a message, followed. */

/** One piece of advice. */
export interface Trial {
  /**
   * As the source has it, after the first "; ", with `{}` in the place of values; or a whole text of the source that is put
   * in such a place.
   */
  readonly advice: string;
  /** Ends in an error whose message has the advice. */
  readonly provoke: () => unknown;
  /** What the advice says, with the same values else; ends in no error. */
  readonly follow: () => unknown;
}

/** The advice of some rooms of the source. */
export interface Advice {
  readonly trials: readonly Trial[];
  /** Advice that another test follows, and the file of that test, in `test`. */
  readonly elsewhere: Readonly<Record<string, string>>;
  /** Advice that no test follows, and why; texts that are no advice. */
  readonly untried: Readonly<Record<string, string>>;
}
