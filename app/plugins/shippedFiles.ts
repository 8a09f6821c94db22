/** Weights and WebAssembly: under their own names, and in the package only once. */
import type { Plugin, UserConfig } from 'vite';

/** The package's folder of a file that it ships anyway. */
function folderOf(name: string): string | undefined {
  if (name.endsWith('.safetensors') || name.endsWith('.txt.gz')) return 'weights';
  if (name.endsWith('.wasm')) return 'wasm';
  return undefined;
}

/** Names of a build's files. */
export const assetFileNames = ({ names }: { readonly names: readonly string[] }): string => {
  const folder = folderOf(names[0] ?? '');
  return folder === undefined ? 'assets/[name]-[hash][extname]' : `${folder}/[name][extname]`;
};

/** Whether a built file lies in the package, too. */
export const isShipped = (file: string): boolean => /^(weights|wasm)\//.test(file);

/**
 * Beside the package's own folders (`dist-app` in it) the app has no copies: addresses lead one folder up. All scripts lie
 * in `assets`, one folder down.
 */
export const besidePackage: NonNullable<UserConfig['experimental']> = {
  renderBuiltUrl: (file) =>
    isShipped(file)
      ? { runtime: `new URL(${JSON.stringify(`../../${file}`)}, import.meta.url).href` }
      : { relative: true },
};

/** Leaves the copies out of the build. */
export function withoutCopies(): Plugin {
  return {
    name: 'without-copies',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const file of Object.keys(bundle)) if (isShipped(file)) Reflect.deleteProperty(bundle, file);
      },
    },
  };
}
