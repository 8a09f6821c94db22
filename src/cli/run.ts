/** What every command shares: exit codes, errors as one line, Ctrl-C, output on the right stream. */
import { CommanderError, type Command } from 'commander';
import { FastSAMError } from '../errors.js';

/** Exit codes of the command line. */
export const EXIT = { done: 0, someFailed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

const ENDS_WITH = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;
/** Milliseconds after the first signal in which a command ends, whatever it waits for. */
const GRACE_MS = 9000;
/** Exit code of an interrupted command: the last signal's. */
let interruptCode: number = EXIT.interrupted;

/** Errors that mean "the command was called wrongly". */
const USAGE_CODES: ReadonlySet<string> = new Set(['INVALID_ARGUMENT', 'INVALID_PROMPT', 'UNKNOWN_NAME']);

/**
 * Fires on the first Ctrl-C or SIGTERM. A second one ends the process at once, and so does a command that has not come
 * to its end some seconds later: it may wait for a disk that never answers.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (name: keyof typeof ENDS_WITH) => {
    if (controller.signal.aborted) endNow(name);
    interruptCode = ENDS_WITH[name];
    controller.abort();
    setTimeout(() => {
      log('fastsam: interrupted; what hangs is left behind');
      endNow(name);
    }, GRACE_MS).unref();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

/**
 * Cleans up and dies by the signal; shells see 130 and 143. `process.exit` would wait for every thread, those too that
 * hang in the system.
 */
function endNow(name: keyof typeof ENDS_WITH): void {
  if (process.platform === 'win32') process.exit(ENDS_WITH[name]);
  process.emit('exit', ENDS_WITH[name]);
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}

/** Whether an exit code is that of an interrupted command. */
export function isInterruption(code: number): boolean {
  return code === EXIT.interrupted || code === EXIT.terminated;
}

/** One line for people: never a stack trace for an error that we know. */
export function describeError(error: unknown): string {
  if (error instanceof FastSAMError) return error.code === 'ABORTED' ? 'interrupted' : error.message;
  if (error instanceof Error) return process.env.FASTSAM_DEBUG ? (error.stack ?? error.message) : error.message;
  return String(error);
}

/** The exit code that an error ends the process with. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof FastSAMError) {
    if (error.code === 'ABORTED') return interruptCode;
    if (USAGE_CODES.has(error.code)) return EXIT.usage;
  }
  return EXIT.someFailed;
}

/** Writes a line for people to stderr. */
export function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs the program and ends the process with the right code. */
export async function runCommands(program: Command, argv: readonly string[]): Promise<void> {
  // A reader that closed its end of the pipe (head, less) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    throw error;
  });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    // Commander has already printed its own errors.
    if (!(error instanceof CommanderError)) log(`fastsam: ${describeError(error)}`);
    process.exitCode = exitCodeOf(error);
  }
}
