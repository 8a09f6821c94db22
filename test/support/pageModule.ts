/** Runs a module of the tests, or a script, in a page of a real browser. */
import { build } from 'esbuild';
import { resultOfPage } from './chromium.js';
import { repository } from './paths.js';

const page = '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>';

/** What the page's server has besides, by name. */
type PageFiles = Readonly<Record<string, Uint8Array | string>>;

/**
 * Bundles a TypeScript module and runs it in a page. It exports `run`, whose answer, plain JSON, comes back.
 * @param module its path from the repository's root.
 * @throws Error with what `run` throws.
 */
export function runInPage(module: string, files: PageFiles = {}): Promise<unknown> {
  return runScript(`import { run } from ${JSON.stringify(`./${module}`)};`, files);
}

/**
 * As `runInPage`, for the text of a module that defines `run`.
 * @param script TypeScript, whose imports are seen from the repository's root.
 */
export async function runScript(script: string, files: PageFiles = {}): Promise<unknown> {
  const contents = `${script}
const post = (value) => fetch('/result', { method: 'POST', body: JSON.stringify(value) });
run().then((found) => post({ found }), (error) => post({ error: String(error?.stack ?? error) }));`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: repository('.'), loader: 'ts' },
    ...{ bundle: true, format: 'esm', platform: 'browser', conditions: ['browser'], write: false, logLevel: 'silent' },
    absWorkingDir: repository('.'),
  });
  return (await resultOfPage<{ readonly found: unknown }>({ ...files, '': page, 'page.js': outputFiles[0].text }))
    .found;
}
