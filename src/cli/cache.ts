/** `fastsam cache`: the models that were downloaded. */
import { Command } from 'commander';
import { invalidArgument } from '../errors.js';
import { clearCache, listCache, type CachedFile } from '../weights/cache.js';
import { describeBytes } from './info.js';
import { print, printJson } from './output.js';
import { log } from './run.js';

/** The command. */
export function cacheCommand(): Command {
  return new Command('cache')
    .description('List the models that were downloaded, with their sizes, or remove them.')
    .argument('[name...]', 'with --clear: only these, by file name, name of the catalogue or address')
    .option('--clear', 'remove them; the next run downloads them again')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Downloads lie in the cache folder, which FASTSAM_HOME names.

Examples:
  $ fastsam cache                      what is kept, and where
  $ fastsam cache --clear FastSAM-x    one model
  $ fastsam cache --clear              all of them`,
    )
    .action(async (names: readonly string[], { clear, json }: { clear?: true; json?: true }) => {
      if (clear) await remove(names, json === true);
      else await list(names, json === true);
    });
}

async function list(names: readonly string[], json: boolean): Promise<void> {
  if (names.length > 0) throw invalidArgument(`cache: got '${names[0]}' without --clear, expected both or neither`);
  const contents = await listCache();
  if (json) printJson(contents);
  else if (contents.files.length === 0) print(`nothing is kept in ${contents.folder}`);
  else print(...contents.files.map(describe), `${describeBytes(contents.bytes)} in ${contents.folder}`);
}

async function remove(names: readonly string[], json: boolean): Promise<void> {
  const removed = await clearCache(names.length > 0 ? names : undefined);
  const bytes = removed.reduce((sum, file) => sum + file.bytes, 0);
  if (json) printJson({ removed, bytes });
  else print(...removed.map(describe));
  log(removed.length > 0 ? `removed ${describeBytes(bytes)}` : 'nothing to remove');
}

function describe({ name, bytes, path, url, unfinished }: CachedFile): string {
  return `${describeBytes(bytes).padStart(9)}  ${name}${unfinished ? ' (unfinished)' : ''}  ${url ?? path}`;
}
