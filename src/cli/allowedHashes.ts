/** `--allow-sha256`, for every command that loads a model. */
import type { Command } from 'commander';
import { ALLOW_SHA256, allowedHashes, ALLOWED_VARIABLE } from '../weights/accepted.js';
import { addRows, picked } from './rows.js';

const ROWS = { allowSha256: ALLOW_SHA256 };

/**
 * Adds the option to the program. It goes into the environment, where whatever the command loads finds it, and the processes
 * that it starts.
 */
export function addAllowedHashes(program: Command): void {
  addRows(program, ROWS).hook('preAction', () => {
    const { allowSha256 } = picked(ROWS, program.opts());
    if (allowSha256 !== undefined) process.env[ALLOWED_VARIABLE] = allowedHashes(allowSha256).join(',');
  });
}
