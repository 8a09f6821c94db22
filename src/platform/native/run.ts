/** Runs a program and collects what it prints. */
import { spawn } from 'node:child_process';
import { FastSAMError } from '../../errors.js';
import { programPath } from '../programPath.js';

/** What a program printed and how it ended; `code` is undefined when there is no such program. */
export interface Finished {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and how a program runs. `env` replaces the environment as a whole, PATH included. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/**
 * Runs `command` without a shell. A program that fails is no error here: the caller looks at `code`.
 * @throws FastSAMError `ABORTED` when the signal fires; the program is ended first.
 */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(programPath(command, options.env), [...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      signal: options.signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => {
      if (options.signal?.aborted) reject(new FastSAMError('ABORTED', 'aborted by the caller', { cause: error }));
      else resolve({ code: undefined, stdout, stderr: stderr + error.message });
    });
    child.on('close', (code, killer) => {
      resolve({ code: code ?? 1, stdout, stderr: killer === null ? stderr : `${stderr}\nended by ${killer}` });
    });
  });
}
