/** Goes through nested modules, with a bound: a file may share and loop its objects as it likes. */
import { invalid } from './byteView.js';
import type { ModuleFacts, Modules } from './moduleFacts.js';
import { PickleObject } from './pickleValues.js';

/** YOLOv8x has some 500 modules. */
const MAX_MODULES = 20_000;
const MAX_DEPTH = 64;
const MAX_NAME_LENGTH = 512;

/** What lies in a module: another one, or the facts of one that is not gone into. */
export type ModuleChild = readonly [name: string, module: PickleObject | ModuleFacts];

/**
 * Every module by its name, the root under ''.
 * @throws FastSAMError `INVALID_CHECKPOINT` for modules that nest or multiply beyond what a network has.
 */
export function walkModules(
  root: PickleObject,
  factsOf: (module: PickleObject) => ModuleFacts,
  childrenOf: (module: PickleObject) => Iterable<ModuleChild>,
): Modules {
  const found = new Map<string, ModuleFacts>();
  const visit = (module: PickleObject, name: string, depth: number): void => {
    if (depth > MAX_DEPTH || found.size >= MAX_MODULES || name.length > MAX_NAME_LENGTH) {
      throw invalid('checkpoint: its modules nest too deep or are too many; refused as hostile');
    }
    found.set(name, factsOf(module));
    for (const [child, inner] of childrenOf(module)) {
      const path = name === '' ? child : `${name}.${child}`;
      if (inner instanceof PickleObject) visit(inner, path, depth + 1);
      else found.set(path, inner);
    }
  };
  visit(root, '', 0);
  return found;
}
