/**
 * Which files a run of the program evaluates, told from the coverage that V8 itself keeps: it holds whatever loads the
 * modules, and counts the threads and processes of the run as well, unless they are killed (as the workers of `bench` are).
 */
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runFastsam } from '../checkouts/commandLine.js';

/** What a run evaluated. */
export interface Evaluated {
  /** Files of the checkout's `src` in the program's own thread, relative to `src`. */
  readonly files: readonly string[];
  /** The same in any thread or process of the run. */
  readonly filesOfAll: readonly string[];
  /** Packages of `node_modules` of which the program's own thread evaluated a file. */
  readonly packages: readonly string[];
}

/** A coverage file: `coverage-PID-TIME-THREAD.json`. */
interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

/**
 * Runs a command and says what it evaluated.
 * @param cwd working folder of the run.
 * @throws Error when the command fails.
 */
export async function evaluatedBy(root: string, args: readonly string[], cwd: string): Promise<Evaluated> {
  const folder = await mkdtemp(join(tmpdir(), 'fastsam-coverage-'));
  try {
    const { code, pid, stderr } = await runFastsam(root, args, { cwd, env: { NODE_V8_COVERAGE: folder } });
    if (code !== 0) throw new Error(`fastsam ${args.join(' ')}: exit code ${code}\n${stderr.toString()}`);
    const main: string[] = [];
    const all: string[] = [];
    for (const name of await readdir(folder)) {
      const { result } = JSON.parse(await readFile(join(folder, name), 'utf8')) as Coverage;
      const paths = pathsOf(result.map(({ url }) => url));
      all.push(...paths);
      if (new RegExp(`^coverage-${pid}-\\d+-0\\.json$`).test(name)) main.push(...paths);
    }
    const src = join(await realpath(root), 'src');
    return { files: filesBelow(src, main), filesOfAll: filesBelow(src, all), packages: packagesOf(main) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function pathsOf(urls: readonly string[]): string[] {
  return urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url.replace(/[?#].*$/, '')));
}

function filesBelow(folder: string, paths: readonly string[]): string[] {
  return distinct(paths.filter((path) => path.startsWith(folder + sep)).map((path) => relative(folder, path)));
}

/** Names of packages, with their scope. */
function packagesOf(paths: readonly string[]): string[] {
  return distinct(paths.flatMap((path) => packageOf(path) ?? []));
}

/** The package that a file belongs to; undefined for a file outside of `node_modules`. */
export function packageOf(path: string): string | undefined {
  const parts = path.split(/[/\\]/);
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return undefined;
  return parts.slice(at + 1, at + (parts[at + 1].startsWith('@') ? 3 : 2)).join('/');
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
