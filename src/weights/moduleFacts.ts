/**
 * What a file says of its modules besides tensors: class and attributes in PyTorch's words, whatever the container. It
 * decides what the network computes, so whoever builds the network reads it or refuses.
 */

/** The value of an attribute. */
export type Fact = string | number | boolean | readonly number[];

/** Attributes of a module by PyTorch's names (`stride`, `eps`, `negative_slope`), and its class as `class`. */
export type ModuleFacts = ReadonlyMap<string, Fact>;

/** Facts by module, under Ultralytics' names (`model.0.act`). */
export type Modules = ReadonlyMap<string, ModuleFacts>;

/** Facts from a plain object. */
export function factsOf(facts: Readonly<Record<string, Fact>>): ModuleFacts {
  return new Map(Object.entries(facts));
}
