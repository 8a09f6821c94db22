/** A peer written in Python, in a process of its own that waits between its turns. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PYTHON_ENV, script } from './models.js';

/** The process; it does its work once for every turn. */
export interface PythonPeer<T> {
  /** @throws Error when the script has ended. */
  turn(): Promise<T>;
  end(): void;
}

/**
 * Starts a script of this folder, which for each line on standard input does its work and prints a line of JSON.
 * @param interpreter that of setup.sh.
 */
export function startPeer<T>(interpreter: string, name: string, args: readonly string[]): PythonPeer<T> {
  const child = spawn(interpreter, [script(name), ...args], {
    env: { ...process.env, ...PYTHON_ENV },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines: AsyncIterator<string> = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async turn(): Promise<T> {
      child.stdin.write('\n');
      const line = await lines.next();
      if (line.done === true) throw new Error(`${name} ended; run it by hand to see why`);
      return JSON.parse(line.value) as T;
    },
    end: () => child.stdin.end(),
  };
}
