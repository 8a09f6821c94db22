/** The API reference of `npm run docs:api`: what the package's entries export. */
import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The type declarations that a value of package.json's `exports` leads to. */
function declarations(value) {
  if (typeof value === 'string') return value.endsWith('.d.ts') ? [value] : [];
  return Object.values(value).flatMap(declarations);
}

// The first entry that exports a name has its page, the others lead there.
const sources = declarations(exports).map((path) => path.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts'));
const entryPoints = [...new Set(['src/index.ts', ...sources])];

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'fastsam-tfjs',
  includeVersion: true,
  entryPoints,
  tsconfig: 'tsconfig.build.json',
  out: 'out/api',
  readme: 'none',
  hideGenerator: true,
  // A clone's remote may be anything; pages without links to sources hold everywhere.
  disableSources: true,
  excludeInternal: true,
  validation: { invalidLink: true, notExported: true, notDocumented: true },
  // Fields such as `height` need no sentence; what is exported and what can be called does.
  requiredToBeDocumented: ['Class', 'Interface', 'TypeAlias', 'Function', 'Variable', 'Enum', 'Method'],
  treatValidationWarningsAsErrors: true,
};
