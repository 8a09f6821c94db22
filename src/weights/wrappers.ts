/** Names without what wrappers put in front of all of them. */
import type { Modules } from './moduleFacts.js';
import type { StateDict } from './tensor.js';

/** Ultralytics' name of the list of layers. */
const LAYERS = 'model';
const NUMBER = /^\d{1,4}$/;

/**
 * Where all names begin alike and then number the layers, whatever stands before the numbers is a wrapper's: `module.`
 * (parallel training), `_orig_mod.` (compilation), `net.` (Lightning), `model.` (the YOLO class), any other, or several.
 * What remains is `model.0…`, as Ultralytics names layers. Other names stay as they are.
 */
export function withoutWrapper(
  tensors: StateDict,
  modules?: () => Modules,
): { tensors: StateDict; modules?: () => Modules } {
  const prefix = wrapperOf([...tensors.keys()]);
  if (prefix === undefined || prefix === `${LAYERS}.`)
    return modules === undefined ? { tensors } : { tensors, modules };
  const renamed = <T>(map: ReadonlyMap<string, T>): Map<string, T> => {
    const inside = [...map].filter(([name]) => name.startsWith(prefix));
    return new Map(inside.map(([name, value]) => [`${LAYERS}.${name.slice(prefix.length)}`, value]));
  };
  return { tensors: renamed(tensors), ...(modules && { modules: () => renamed(modules()) }) };
}

/** What stands before the layers' numbers, with its dot; undefined where names do not number layers alike. */
function wrapperOf(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const shared = names.slice(1).reduce((prefix, name) => commonStart(prefix, name), names[0]);
  const steps = shared.split('.').slice(0, -1); // whole steps of all names
  const numbered = steps.findIndex((step) => NUMBER.test(step)); // one layer only
  const prefix = (numbered < 0 ? steps : steps.slice(0, numbered)).map((step) => `${step}.`).join('');
  const isNumbered = names.every((name) => {
    const rest = name.slice(prefix.length);
    const dot = rest.indexOf('.');
    return dot > 0 && NUMBER.test(rest.slice(0, dot));
  });
  return isNumbered ? prefix : undefined;
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
