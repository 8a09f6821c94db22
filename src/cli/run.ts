/** What every command shares: exit codes, errors as one line, signals. */
import { CommanderError, type Command } from 'commander';
import { FastSAMError } from '../errors.js';
import { fileError, systemReason } from '../platform/fileErrors.js';
import { printable } from '../text/printable.js';
import { guardStreams, write } from './output.js';

/** Exit codes of the command line. `interrupted` is Ctrl-C; SIGTERM ends it with `terminated`. */
export const EXIT = { done: 0, someFailed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

/** Errors that mean "the command was called wrongly". */
const USAGE_CODES: ReadonlySet<string> = new Set(['INVALID_ARGUMENT', 'INVALID_PROMPT', 'UNKNOWN_NAME']);

/** Milliseconds from a signal to the end of the process, however busy it is. */
const GRACE_MS = 8000;

const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;
const received: { signal?: keyof typeof SIGNALS } = {};

/**
 * Fires on the first Ctrl-C (or SIGTERM). A second one ends the process at once, as do 8 seconds without an end. What is
 * half written goes in each case. Commands that never ask for it are ended by the signal itself.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (name: keyof typeof SIGNALS): void => {
    if (controller.signal.aborted) process.exit(SIGNALS[name]);
    received.signal = name;
    setTimeout(() => {
      log(`fastsam: interrupted, but it did not end within ${GRACE_MS / 1000} s; what was under way is given up`);
      process.exit(SIGNALS[name]);
    }, GRACE_MS).unref();
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal);
  return controller.signal;
}

/** For commands with nothing to finish: a signal ends them at once, and what they started with them. */
export function endOnSignal(): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => process.exit(SIGNALS[name]));
}

/** One line for people: never a stack trace. */
export function describeError(error: unknown): string {
  if (isInterruption(error)) return 'interrupted';
  if (error instanceof FastSAMError) return error.message;
  const reason = systemReason(error);
  if (reason !== undefined) return reason;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `unexpected ${what}; FASTSAM_DEBUG=1 shows where it comes from`;
}

/** The exit code that an error ends the process with; `interrupted` for every signal. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (isInterruption(error)) return EXIT.interrupted;
  return error instanceof FastSAMError && USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.someFailed;
}

/** Whether a caller's signal ended the work: our error, or the one that `AbortSignal` throws. */
function isInterruption(error: unknown): boolean {
  if (error instanceof FastSAMError) return error.code === 'ABORTED';
  return error instanceof Error && error.name === 'AbortError';
}

/** Prints a line for people on standard error. */
export function log(line: string): void {
  write('stderr', `${printable(line)}\n`);
}

/** Makes the program, runs it and gives the process its exit code. No error of either is thrown. */
export async function runProgram(make: () => Promise<Command | undefined>): Promise<void> {
  delete received.signal;
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
  settleExitCode();
}

/** The signal's own code, where a signal ended the work. */
function settleExitCode(): void {
  if (process.exitCode === EXIT.interrupted && received.signal) process.exitCode = SIGNALS[received.signal];
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
