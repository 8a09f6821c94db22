/** Tells the service worker which files there are. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { isShipped } from './shippedFiles.js';

/** What only some need: kept when it is first used. */
const LATER = /tfjs-backend-wasm\.wasm$|clip-vocabulary/;
/** What is never kept. */
const NEVER = /^sw\.js$|\.map$/;

/**
 * Writes the list of files into `sw.js`, each with a short hash of its content.
 * @param publicDir files that are copied as they are.
 * @param beside the app lies in the package, whose folders have the weights, one up.
 */
export function offline({ publicDir, beside }: { readonly publicDir: string; readonly beside: boolean }): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const built = Object.entries(bundle).map(([name, file]): Entry => {
          const address = beside && isShipped(name) ? `../${name}` : name;
          return [address, hash(file.type === 'asset' ? file.source : file.code)];
        });
        const copied = filesBelow(publicDir).map((name): Entry => [name, hash(readFileSync(join(publicDir, name)))]);
        const files = [...built, ...copied].filter(([name]) => !NEVER.test(name)).sort();
        const lists = {
          now: files.filter(([name]) => !LATER.test(name)),
          later: files.filter(([name]) => LATER.test(name)),
        };
        const worker = Object.values(bundle).find(({ fileName }) => fileName === 'sw.js');
        if (worker?.type !== 'chunk') throw new Error('offline: got no sw.js, expected the service worker as an entry');
        worker.code = worker.code.replace(/__FILES__/, JSON.stringify(lists));
      },
    },
  };
}

/** Name of a file, and a hash of its content. */
type Entry = readonly [name: string, hash: string];

const hash = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex').slice(0, 12);

function filesBelow(folder: string, within = ''): string[] {
  return readdirSync(join(folder, within)).flatMap((name) => {
    const path = within === '' ? name : `${within}/${name}`;
    return statSync(join(folder, path)).isDirectory() ? filesBelow(folder, path) : [path];
  });
}
