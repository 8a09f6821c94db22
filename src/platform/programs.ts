/** Programs that run beside this one, as child processes. */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import { programPath } from './programPath.js';
import type { ProgramEnd, ProgramOutput } from './programTypes.js';

/** Lines of stderr that are kept: enough for the reason, but bounded for a camera that runs for weeks. */
const KEPT_LINES = 20;

/** Starts a program, without a shell. */
export function startChild(command: string, args: readonly string[], stdio: StdioOptions): ChildProcess {
  return spawn(programPath(command), [...args], {
    stdio,
    // Ctrl-C in the terminal reaches only this process. The program then sees the end of its pipes, in our order.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
}

/** How a program ends; `complaints` are empty unless it could not be started. Never rejects. */
export function childEnd(child: ChildProcess): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: undefined, complaints: [error.message] });
    });
    child.on('close', (code) => {
      resolve({ code: code ?? -1, complaints: [] });
    });
  });
}

/** See `Programs.run`. */
export async function runProgram(
  command: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<ProgramOutput> {
  const child = startChild(command, args, ['ignore', 'pipe', 'pipe']);
  const kill = (): void => void child.kill('SIGKILL');
  const complaints = new LineTail();
  let stdout = '';
  onText(child.stdout, (text) => (stdout += text));
  onText(child.stderr, (text) => {
    complaints.add(text);
  });
  const release = killOnExit(kill);
  signal?.addEventListener('abort', kill);
  if (signal?.aborted) kill();
  const end = await childEnd(child);
  release();
  signal?.removeEventListener('abort', kill);
  return { code: end.code, complaints: [...end.complaints, ...complaints.lines()], stdout };
}

const living = new Set<() => void>();

function killLiving(): void {
  for (const kill of living) kill();
}

/**
 * Until the result is called, `kill` is called when the process exits. One listener serves all: Node warns of eleven.
 */
export function killOnExit(kill: () => void): () => void {
  if (living.size === 0) process.on('exit', killLiving);
  living.add(kill);
  return () => {
    living.delete(kill);
    if (living.size === 0) process.off('exit', killLiving);
  };
}

/** Calls `use` with the text of a stream as it comes. */
export function onText(stream: Readable | null, use: (text: string) => void): void {
  stream?.setEncoding('utf8').on('data', use);
}

/** The last lines of a text that comes in pieces, without blank ones. */
export class LineTail {
  readonly #lines: string[] = [];
  #rest = '';

  add(text: string): void {
    const parts = (this.#rest + text).split(/[\r\n]+/);
    this.#rest = (parts.pop() ?? '').slice(-1000);
    this.#lines.push(...parts.filter((line) => line.trim() !== ''));
    this.#lines.splice(0, this.#lines.length - KEPT_LINES);
  }

  lines(): readonly string[] {
    return this.#rest.trim() === '' ? [...this.#lines] : [...this.#lines, this.#rest];
  }
}
