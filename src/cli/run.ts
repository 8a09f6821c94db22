/** What every command shares: exit codes, errors as one line, signals. */
import { CommanderError, type Command } from 'commander';
import { FastSAMError } from '../errors.js';
import { fileError, systemReason } from '../platform/fileErrors.js';
import { printable } from '../text/printable.js';
import { guardStreams, write } from './output.js';

/** Exit codes of the command line. `interrupted` is Ctrl-C; SIGTERM ends it with `terminated`. */
export const EXIT = { done: 0, someFailed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

const ENDS_WITH = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;
type EndSignal = keyof typeof ENDS_WITH;
/** Milliseconds after the first signal in which a command ends, whatever it waits for. */
const GRACE_MS = 9000;
/** Exit code of an interrupted command: the last signal's. */
let interruptCode: number = EXIT.interrupted;

/** Errors that mean "the command was called wrongly". */
const USAGE_CODES: ReadonlySet<string> = new Set(['INVALID_ARGUMENT', 'INVALID_PROMPT', 'UNKNOWN_NAME']);

/**
 * Fires on the first Ctrl-C or SIGTERM. A second one ends the process at once, and so does a command that has not come
 * to its end some seconds later: it may wait for a disk that never answers. What is half written goes in each case.
 * Commands that never ask for it are ended by the signal itself.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (name: EndSignal): void => {
    if (controller.signal.aborted) endNow(name);
    interruptCode = ENDS_WITH[name];
    controller.abort();
    setTimeout(() => {
      log('fastsam: interrupted; what hangs is left behind');
      endNow(name);
    }, GRACE_MS).unref();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal);
  return controller.signal;
}

/**
 * Cleans up and dies by the signal; shells see 130 and 143. `process.exit` would wait for every thread, those too that
 * hang in the system.
 */
function endNow(name: EndSignal): void {
  if (process.platform === 'win32') process.exit(ENDS_WITH[name]);
  process.emit('exit', ENDS_WITH[name]);
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}

/** Whether an exit code is that of an interrupted command. */
export function isInterruption(code: number): boolean {
  return code === EXIT.interrupted || code === EXIT.terminated;
}

/** For commands with nothing to finish: a signal ends them at once, and what they started with them. */
export function endOnSignal(): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => process.exit(ENDS_WITH[name]));
}

/** One line for people: never a stack trace. */
export function describeError(error: unknown): string {
  if (isAbort(error)) return 'interrupted';
  if (error instanceof FastSAMError) return error.message;
  const reason = systemReason(error);
  if (reason !== undefined) return reason;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `unexpected ${what}; FASTSAM_DEBUG=1 shows where it comes from`;
}

/** The exit code that an error ends the process with; of an interrupted command the last signal's. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (isAbort(error)) return interruptCode;
  return error instanceof FastSAMError && USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.someFailed;
}

/** Whether a caller's signal ended the work: our error, or the one that `AbortSignal` throws. */
function isAbort(error: unknown): boolean {
  if (error instanceof FastSAMError) return error.code === 'ABORTED';
  return error instanceof Error && error.name === 'AbortError';
}

/** Prints a line for people on standard error. */
export function log(line: string): void {
  write('stderr', `${printable(line)}\n`);
}

/** Makes the program, runs it and gives the process its exit code. No error of either is thrown. */
export async function runProgram(make: () => Promise<Command | undefined>): Promise<void> {
  guardStreams((error) => {
    fail(fileError('write', 'standard output', error));
  });
  process.on('uncaughtException', (error) => {
    fail(error);
    process.exit();
  });
  try {
    const program = await make();
    await program?.parseAsync(process.argv);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  process.exitCode = exitCodeOf(error);
  // Commander has already printed its own errors.
  if (error instanceof CommanderError) return;
  log(`fastsam: ${describeError(error)}`);
  if (!process.env.FASTSAM_DEBUG) return;
  for (let each = error; each instanceof Error; each = each.cause)
    for (const line of (each.stack ?? '').split('\n')) log(line);
}
