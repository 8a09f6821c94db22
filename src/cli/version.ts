/** The version of the package. */
import { readFileSync } from 'node:fs';

/** As `package.json` says. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
