/**
 * `npm run docs:links`: every relative link, anchor and image of the Markdown pages leads somewhere, and every path of this
 * repository that a page or a docstring names is there. Nothing is fetched: links to other hosts are not followed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { readPage, type Page } from './page.js';

/** The tests of this check name files of made-up pages. */
const IGNORE = ['**/node_modules/**', 'dist/**', 'out/**', 'shared/**', '.venv/**', 'test/docs/**'];

/** Files other than pages that name files of `docs/`. */
const SOURCES = [
  'src/**/*.ts',
  'test/**/*.ts',
  'tools/**/*.{ts,py}',
  'examples/**/*.ts',
  '.github/**/*.yml',
  'package.json',
];

/** A path in the code of a page: from the root, or of a source file from `src`. */
const PATH = /(?<![\w./-])(?:(?:src|test|tools|docs|examples|weights)\/[\w./-]*\w|[a-z]+\/[\w./-]*\.ts\b)/g;

/** A page or a file of `docs/` in a source. */
const DOCS_PATH = /(?<![\w./-])docs\/[\w/.-]+\.(?:md|json|svg|jpg)/g;

/**
 * What is wrong with the links of a repository, one line each: `file:line: what`. Empty when all is well.
 * @param root the repository's folder
 */
export function brokenLinks(root: string): string[] {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const pages = new Map(list(root, ['**/*.md']).map((path) => [join(root, path), readPage(read(path))]));
  const found = [...pages].flatMap(([path, { links, code }]) => [
    ...links.map(({ line, href }) => ({ path, line, problem: linkProblem(path, href, pages) })),
    ...code.flatMap(({ line, text }) => missing(root, path, text, PATH, line)),
  ]);
  const named = list(root, SOURCES).flatMap((path) => missing(root, join(root, path), read(path), DOCS_PATH, 1));
  return [...found, ...named].flatMap(({ path, line, problem }) =>
    problem === undefined ? [] : [`${relative(root, path)}:${line}: ${problem}`],
  );
}

function list(root: string, patterns: string[]): string[] {
  return globSync(patterns, { cwd: root, ignore: IGNORE, dot: true }).sort();
}

/** Why a link of a page leads nowhere; undefined where it leads somewhere, or to another host. */
function linkProblem(page: string, href: string, pages: ReadonlyMap<string, Page>): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(href)) return undefined;
  const { path, anchor } = /^(?<path>[^#]*)#?(?<anchor>.*)$/s.exec(decodeURI(href))?.groups as Record<string, string>;
  const target = path === '' ? page : resolve(dirname(page), path);
  if (!existsSync(target)) return `link to ${href}: no such file`;
  if (anchor === '' || pages.get(target)?.anchors.has(anchor)) return undefined;
  return `link to ${href}: no such heading`;
}

interface Named {
  readonly path: string;
  readonly line: number;
  readonly problem: string;
}

/** The paths in a text that are not there. `line` is that of the text's beginning. */
function missing(root: string, path: string, text: string, pattern: RegExp, line: number): Named[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    if (isThere(root, match[0])) return [];
    const before = text.slice(0, match.index).split('\n').length - 1;
    return [{ path, line: line + before, problem: `${match[0]}: no such file` }];
  });
}

/** Whether a file or folder is there; a beginning will do for tests, as `vitest run test/track/motion` takes it. */
function isThere(root: string, path: string): boolean {
  const full = join(root, path);
  if (existsSync(full) || existsSync(join(root, 'src', path))) return true;
  if (!path.startsWith('test/') || !existsSync(dirname(full))) return false;
  return readdirSync(dirname(full)).some((name) => name.startsWith(basename(full)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const broken = brokenLinks(fileURLToPath(new URL('../..', import.meta.url)));
  for (const line of broken) console.error(line);
  console.error(broken.length === 0 ? 'docs: every link leads somewhere' : `docs: broken links: ${broken.length}`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}
