/** The package's types as a strict program has them, with the DOM's types and without; and whether all resolvers find them. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installTools, run } from './project.js';

const TOOLS = ['typescript@6.0.3', '@types/node@20', '@arethetypeswrong/cli@0.18.5'];
const STRICT = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--skipLibCheck'];
const KINDS: Readonly<Record<string, readonly string[]>> = {
  'Node, no DOM': ['--module', 'nodenext', '--lib', 'es2023', '--types', 'node'],
  bundler: ['--module', 'esnext', '--moduleResolution', 'bundler', '--lib', 'es2023,dom,dom.iterable'],
};

/** A program that uses every entry. */
async function program(project: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(project, 'node_modules/fastsam-tfjs/package.json'), 'utf8')) as {
    exports: Record<string, { types?: string } | string>;
  };
  const entries = Object.entries(manifest.exports).flatMap(([name, entry]) =>
    typeof entry === 'object' && entry.types !== undefined ? [name.replace(/^\./, 'fastsam-tfjs')] : [],
  );
  const imports = entries.map((name, i) => `import * as entry${i} from '${name}';`);
  return `${imports.join('\n')}
const model = await entry0.FastSAM.load('demo');
const results: entry0.Results = await model.segment('photo.jpg');
const first: entry0.SegmentedObject | undefined = results.at(0);
console.log(first?.mask.area, ${entries.map((_, i) => `entry${i}`).join(', ')});
`;
}

/** @returns what was checked. @throws Error with the compiler's words. */
export async function checkTypes(project: string): Promise<string> {
  await installTools(project, TOOLS);
  await writeFile(join(project, 'types.ts'), await program(project));
  for (const [kind, options] of Object.entries(KINDS)) {
    try {
      const compiler = join(project, 'node_modules/typescript/bin/tsc');
      await run(process.execPath, [compiler, ...STRICT, '--target', 'es2022', ...options, 'types.ts'], project);
    } catch (error) {
      throw new Error(`types for ${kind}: ${String(error)}`, { cause: error });
    }
  }
  const tarball = (await readdir(project)).find((name) => name.endsWith('.tgz')) ?? '';
  const attw = join(project, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  await run(process.execPath, [attw, tarball, '--profile', 'esm-only', '--no-emoji'], project);
  return `${Object.keys(KINDS).join(', ')}, arethetypeswrong`;
}
