/** What a pickle is read into: plain values, and inert records for everything that Python would import or call. */

/**
 * Python's None, bool, int (bigint beyond 2^53), float, str, bytes, list, dict and set as their JavaScript likes, and
 * four records. Dicts are Maps, so that a key such as `__proto__` is a key like any other. Values may be shared and may
 * contain themselves: who walks them bounds the walk.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleDict
  | Set<PickleValue>
  | PickleTuple
  | PickleGlobal
  | PickleObject
  | PersistentId;

/** A Python dict, in insertion order; keys compare by identity unless they are numbers, strings, booleans or null. */
export type PickleDict = Map<PickleValue, PickleValue>;

/** A Python tuple; not an array, since BUILD and persistent ids mean something else by a tuple than by a list. */
export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** A name that Python would import. Nothing looks it up. */
export class PickleGlobal {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}
}

/** A call or an instance that Python would make. Nothing is called; what was meant for it is written down. */
export class PickleObject {
  /** BUILD's argument: for ordinary classes the instance's `__dict__`. */
  state: PickleValue = null;
  /** From SETITEM(S): the entries of dict-like objects, such as OrderedDict. */
  entries: PickleDict | undefined;
  /** From APPEND(S) and ADDITEMS: the items of list- and set-like objects. */
  items: PickleValue[] | undefined;

  constructor(
    /** Class or function; a PickleGlobal in sound files. */
    readonly callable: PickleValue,
    readonly args: readonly PickleValue[],
    readonly keywords: PickleValue = null,
  ) {}

  /** Name of the class or function without its module; '' when that is no plain name. */
  get className(): string {
    return this.#global()?.name ?? '';
  }

  /** Module of the class or function; '' when that is no plain name. */
  get moduleName(): string {
    return this.#global()?.module ?? '';
  }

  /** torch before 1.6 names module classes by persistent ids: ('module', class, source file, source text). */
  #global(): PickleGlobal | undefined {
    const { callable } = this;
    const id = callable instanceof PersistentId && callable.id instanceof PickleTuple ? callable.id.items : [];
    const named = id[0] === 'module' ? id[1] : callable;
    return named instanceof PickleGlobal ? named : undefined;
  }
}

/** A reference to something stored outside the pickle; torch writes its storages so. */
export class PersistentId {
  constructor(readonly id: PickleValue) {}
}
