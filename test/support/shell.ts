/** The real command line inside a line of shell, for tests of its streams. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import type { Run } from './cli.js';
import { repository } from './paths.js';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const FASTSAM = `'${process.execPath}' --import '${TSX}' '${repository('src/cli/main.ts')}'`;

/**
 * Runs a line of bash in which the function `fastsam` is the command line. No run may print a stack trace.
 * @param cwd the working folder.
 */
export function shell(line: string, cwd: string, env: NodeJS.ProcessEnv = {}): Run {
  const script = `fastsam() { ${FASTSAM} "$@"; }\n${line}`;
  const { status, signal, stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd,
    env: { ...process.env, FASTSAM_DEBUG: undefined, ...env },
    encoding: 'utf8',
  });
  expect(stderr).not.toMatch(/^\s+at .*[:(]/m);
  return { code: status ?? signal ?? 'unknown', stdout, stderr };
}
