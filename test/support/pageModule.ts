/** Runs a module of the tests in a page of a real browser. */
import { build } from 'esbuild';
import { resultOfPage } from './chromium.js';
import { repository } from './paths.js';

const page = '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>';

/**
 * Bundles a TypeScript module and runs it in a page. It exports `run`, whose answer, plain JSON, comes back.
 * @param module its path from the repository's root.
 * @param files what the page's server has besides, by name.
 * @throws Error with what `run` throws.
 */
export async function runInPage(
  module: string,
  files: Readonly<Record<string, Uint8Array | string>> = {},
): Promise<unknown> {
  const contents = `import { run } from ${JSON.stringify(`./${module}`)};
const post = (value) => fetch('/result', { method: 'POST', body: JSON.stringify(value) });
run().then((found) => post({ found }), (error) => post({ error: String(error?.stack ?? error) }));`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: repository('.'), loader: 'ts' },
    ...{ bundle: true, format: 'esm', platform: 'browser', conditions: ['browser'], write: false, logLevel: 'silent' },
    absWorkingDir: repository('.'),
  });
  const script = outputFiles[0].text;
  return (await resultOfPage<{ readonly found: unknown }>({ ...files, '': page, 'page.js': script })).found;
}
