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

/** The module that another lies in: `model.2` for `model.2.cv1`, '' for one of the outermost. */
export const parentOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.')));

/** The bottleneck that ends in a block: `model.2.m.0` for `model.2.m.0.cv2`; none for other blocks. */
export function bottleneckOf(block: string): string | undefined {
  const steps = block.split('.');
  return steps.at(-1) === 'cv2' && steps.at(-3) === 'm' ? parentOf(block) : undefined;
}

/** Facts from a plain object. */
export function factsOf(facts: Readonly<Record<string, Fact>>): ModuleFacts {
  return new Map(Object.entries(facts));
}
