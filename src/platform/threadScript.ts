/** Scripts of threads in Node. */
import { extname } from 'node:path';

/**
 * Where a script of the package lies, for `new Worker`: JavaScript in the build, TypeScript in the sources.
 * @param name of the file without ending.
 * @param beside `import.meta.url` of a file of the same folder.
 */
export function threadScript(name: string, beside: string): URL {
  const script = new URL(`${name}${extname(new URL(beside).pathname)}`, beside);
  return script.pathname.endsWith('.ts') ? typescript(script) : script;
}

/** A script that loads a script of TypeScript, because threads do not inherit the loader of the sources. */
function typescript(script: URL): URL {
  const code = `import { register } from '${import.meta.resolve('tsx/esm/api')}'; register(); await import('${script.href}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
