/** Reading YAML. */
import { parse } from 'yaml';
import { FastSAMError } from '../errors.js';

/** See `Platform.parseYaml`. Aliases may not multiply the text without bound. */
export function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100, logLevel: 'silent' }) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new FastSAMError('INVALID_ARGUMENT', `YAML: ${reason}`, { cause: error });
  }
}
