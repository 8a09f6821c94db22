/** What a web page downloads for the package's entries: bundled by esbuild, minified, gzipped. */
import { build, type Metafile } from 'esbuild';
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packageOf } from './evaluated.js';

/** Bytes. */
export interface Size {
  readonly files: number;
  readonly minified: number;
  readonly gzipped: number;
}

export interface Bundle {
  /** What is loaded at once. */
  readonly eager: Size;
  /** Chunks that are loaded when they are called for. */
  readonly lazy: Size;
  /** Minified bytes of the eager part by where they come from: `src` or a package. */
  readonly origins: Readonly<Record<string, number>>;
}

export interface Bundles {
  readonly everything: Bundle;
  /** TensorFlow.js is left out. */
  readonly withoutTfjs: Bundle;
  /** All of `fastsam-tfjs/mask`, and of the other small entries; undefined in checkouts that have no such entry. */
  readonly mask?: Bundle;
  readonly interact?: Bundle;
  readonly element?: Bundle;
  /** What a page has of `fastsam-tfjs/worker`; the worker's program is not in it. */
  readonly worker?: Bundle;
}

/** Most gzipped kB of what an entry loads at once. */
export const BUDGETS = { everything: 250, mask: 15, interact: 20, element: 25, worker: 70 } as const;

/** Entries that load nothing of TensorFlow.js. */
const SMALL = ['mask', 'interact', 'element', 'worker'] as const;

/** Budgets that are not kept, in words; the small entries may load nothing of TensorFlow.js either. */
export function overBudget(bundles: Bundles): string[] {
  const names = ['everything', ...SMALL] as const;
  const sizes = names.flatMap((name) => {
    const kB = (bundles[name]?.eager.gzipped ?? 0) / 1000;
    return kB <= BUDGETS[name] ? [] : [`${name}: got ${kB.toFixed(1)} kB gzipped, expected at most ${BUDGETS[name]}`];
  });
  const tfjs = SMALL.flatMap((name) =>
    Object.keys(bundles[name]?.origins ?? {})
      .filter((origin) => origin.startsWith('@tensorflow/'))
      .map((origin) => `${name}: got ${origin} in it, expected nothing of TensorFlow.js`),
  );
  return [...sizes, ...tfjs];
}

type Output = Metafile['outputs'][string];

/** Bundles the browser's entry of a checkout. */
export async function measureBundles(root: string): Promise<Bundles> {
  const small = async (name: (typeof SMALL)[number]): Promise<Partial<Bundles>> => {
    const entry = name === 'worker' ? 'src/entry/worker.browser.ts' : `src/entry/${name}.ts`;
    const wanted = name === 'worker' ? '{ FastSAM }' : '*'; // what a page needs of the worker's client
    return existsSync(join(root, entry))
      ? { [name]: await bundle(root, `export ${wanted} from './${entry}';`, []) }
      : {};
  };
  return {
    everything: await bundle(root, PAGE, []),
    withoutTfjs: await bundle(root, PAGE, ['@tensorflow/*']),
    ...(await small('mask')),
    ...(await small('interact')),
    ...(await small('element')),
    ...(await small('worker')),
  };
}

const PAGE = "export { FastSAM } from './src/index.browser.ts';";

/** Bundles a page's program. @param root where it is resolved. @param external what is left out. */
export async function bundle(root: string, contents: string, external: string[]): Promise<Bundle> {
  const folder = await realpath(root);
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir: folder, sourcefile: 'page.ts' },
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['browser'],
    external,
    outdir: 'bundle',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const written = new Map(outputFiles.map(({ path, contents: bytes }) => [relative(folder, path), bytes]));
  const size = (names: readonly string[]): Size => {
    const bytes = names.map((name) => written.get(name) ?? new Uint8Array(0));
    const sum = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);
    return {
      files: names.length,
      minified: sum(bytes.map(({ length }) => length)),
      gzipped: sum(bytes.map((each) => gzipSync(each, { level: 9 }).length)),
    };
  };
  const { outputs } = metafile;
  const eager = eagerOutputs(outputs);
  const lazy = Object.keys(outputs).filter((name) => !eager.includes(name));
  return { eager: size(eager), lazy: size(lazy), origins: originsOf(eager.map((name) => outputs[name])) };
}

/** The entry and all that it imports statically. */
function eagerOutputs(outputs: Metafile['outputs']): string[] {
  const entry = Object.keys(outputs).filter((name) => outputs[name].entryPoint === 'page.ts');
  const found = new Set(entry);
  // The loop goes on with what it adds.
  for (const name of found) {
    for (const { path, kind } of outputs[name].imports)
      if (kind === 'import-statement' && path in outputs) found.add(path);
  }
  return [...found];
}

function originsOf(outputs: readonly Output[]): Record<string, number> {
  const bytes: Record<string, number> = {};
  for (const { inputs } of outputs) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const origin = packageOf(path) ?? 'src';
      bytes[origin] = (bytes[origin] ?? 0) + bytesInOutput;
    }
  }
  return Object.fromEntries(Object.entries(bytes).sort(([, a], [, b]) => b - a));
}
