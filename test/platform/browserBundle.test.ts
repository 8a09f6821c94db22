/** The browser's entry point, bundled as a web page would be: nothing of Node may come along. */
import { build, type Metafile } from 'esbuild';
import { isBuiltin } from 'node:module';
import { expect, test } from 'vitest';
import { repository } from '../support/paths.js';

const root = repository('');

async function bundle(entry: { stdin: string } | { file: string }): Promise<Metafile> {
  const { metafile } = await build({
    ...('file' in entry ? { entryPoints: [entry.file] } : { stdin: { contents: entry.stdin, resolveDir: root } }),
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['browser'],
    outdir: 'unused',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  return metafile;
}

/** Imports of our own files that a browser does not have, as `file -> import`. */
function foreign({ inputs }: Metafile): string[] {
  return Object.entries(inputs)
    .filter(([file]) => !file.includes('node_modules/'))
    .flatMap(([file, { imports }]) => imports.map(({ path, original = path }) => ({ file, path, original })))
    .filter(
      ({ original, path }) => isBuiltin(original) || /^sharp$|tfjs-node/.test(original) || path.includes('(disabled)'),
    )
    .map(({ file, original }) => `${file} -> ${original}`);
}

test('the browser entry bundles without Node, sharp and the native library', async () => {
  const metafile = await bundle({ file: 'src/index.browser.ts' });
  const files = Object.keys(metafile.inputs);
  expect(files.length).toBeGreaterThan(100);
  expect(foreign(metafile)).toEqual([]);
  expect(files.filter((file) => /^src\/(cli\/|platform\/(node|native)|index\.ts)/.test(file))).toEqual([]);
  expect(
    files.filter((file) => /node_modules\/(sharp|commander|tinyglobby|@tensorflow\/tfjs-node)/.test(file)),
  ).toEqual([]);
});

test('the check sees an import of Node', async () => {
  await expect(bundle({ stdin: "import 'node:fs';" })).rejects.toThrow('node:fs');
  const metafile = await bundle({ file: 'src/index.browser.ts' });
  const [file, input] = Object.entries(metafile.inputs)[0];
  const imports = [...input.imports, { path: 'x', kind: 'import-statement' as const, original: 'node:path' }];
  const changed = { ...metafile, inputs: { 'src/a.ts': { ...input, imports }, [file]: input } };
  expect(foreign(changed)).toEqual(['src/a.ts -> node:path']);
});
