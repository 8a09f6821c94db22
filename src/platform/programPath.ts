/** Where programs lie: in the folders of PATH, never in the working folder. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, parse } from 'node:path';

/** Endings of programs that Windows starts without a shell. */
const WINDOWS_ENDINGS = ['.exe', '.com'];

/**
 * The path of a program. A path stays as it is. A mere name is looked for in the folders of PATH that are absolute: the
 * system would also take an empty entry, or a point, for the working folder, and Windows looks there first.
 * @returns for a name that is not found a path where nothing lies, so that its start fails with ENOENT.
 */
export function programPath(command: string, env: NodeJS.ProcessEnv = process.env): string {
  if (/[/\\]/.test(command)) return command;
  const endings = process.platform === 'win32' ? ['', ...WINDOWS_ENDINGS] : [''];
  const folders = (env.PATH ?? env.Path ?? DEFAULT_PATH).split(delimiter).filter(isAbsolute);
  const paths = folders.flatMap((folder) => endings.map((ending) => join(folder, `${command}${ending}`)));
  return paths.find(isProgram) ?? join(parse(process.execPath).root, 'no folder of PATH', command);
}

/** What the C library of Linux takes where PATH is not set. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
