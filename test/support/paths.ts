/** Where files of the repository lie. */
import { fileURLToPath } from 'node:url';

/** A path inside the repository. */
export function repository(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/**
 * A small trained network that stays as it is when the shipped one changes. `demo` is its name in the tests: vitest.config.ts
 * names its folder in `FASTSAM_WEIGHTS_DIR`.
 */
export const TRAINED = repository('test/golden/networks/demo.safetensors');

/** A photograph of the tests by its file name. The pictures of `examples/` may change, these do not. */
export const scene = (name: string): string => repository(`test/golden/scenes/${name}`);

/** A path inside the folder of large reference data beside the repository, which need not be there. */
export const shared = (path: string): string => repository(`../shared/${path}`);
