/** What tells a data set from another one with the same names, and inputs from others under the same path. */
import { throwIfAborted } from '../../errors.js';
import { platform } from '../../platform/platform.js';
import type { MaskItem } from './maskFolder.js';
import type { OpenedStudy } from '../study.js';

/**
 * SHA-256 over the size in bytes of every image and the content of every file that goes with it.
 * @param filesOf those files, undefined for none; default: the ground truth.
 */
export async function fingerprintOf<I extends MaskItem>(
  items: readonly I[],
  signal: AbortSignal | undefined,
  filesOf: (item: I) => readonly (string | undefined)[] = ({ truth }) => [truth],
): Promise<string> {
  const lines: string[] = [];
  for (const item of items) {
    throwIfAborted(signal);
    const size = (await platform().stat(item.image))?.size ?? 0;
    const hashes = [];
    for (const file of filesOf(item)) hashes.push(file === undefined ? '' : await hashOfFile(file));
    lines.push([item.key, size, ...hashes].join('\t'));
  }
  return platform().sha256(new TextEncoder().encode(lines.join('\n')));
}

/** `OpenedStudy.inputs` of files by their paths; nothing for those that were not given. */
export async function inputsOf(
  paths: Readonly<Record<string, string | undefined>>,
): Promise<Pick<OpenedStudy, 'inputs'>> {
  const inputs: Record<string, string> = {};
  for (const [name, path] of Object.entries(paths)) if (path !== undefined) inputs[name] = await hashOfFile(path);
  return Object.keys(inputs).length === 0 ? {} : { inputs };
}

async function hashOfFile(path: string): Promise<string> {
  return platform().sha256(await platform().readFile(path));
}
