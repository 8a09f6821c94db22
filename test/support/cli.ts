/** The real command line in a child process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect, vi } from 'vitest';
import { repository } from './paths.js';

const MAIN = repository('src/cli/main.ts');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** What a run printed and how it ended. */
export interface Run {
  /** Exit code; the signal's name when one ended the process. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunSettings {
  readonly cwd?: string;
  /** Bytes for standard input, which is then closed; `open`: nothing comes and it stays open. */
  readonly stdin?: Uint8Array | 'open';
  readonly env?: NodeJS.ProcessEnv;
  /** Looks at the process while it runs. */
  readonly watch?: (child: ChildProcess) => void;
}

/** Runs `fastsam` with these arguments. No run may print a stack trace. */
export async function fastsam(args: readonly string[], settings: RunSettings = {}): Promise<Run> {
  const { cwd, stdin, env, watch } = settings;
  const child = spawn(process.execPath, ['--import', TSX, MAIN, ...args], {
    cwd,
    env: { ...process.env, FASTSAM_DEBUG: undefined, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  if (stdin !== 'open') child.stdin.end(stdin ?? new Uint8Array(0));
  watch?.(child);
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      resolve(exitCode ?? signal ?? 'unknown');
    });
  });
  expectNoTrace(stderr);
  return { code, stdout, stderr };
}

function expectNoTrace(stderr: string): void {
  expect(stderr).not.toMatch(/^\s+at .*[:(]|Hi, looks like you are running/m);
}

let runs = 0;

/**
 * The same in this process, which is faster: for errors and help, of which there are many. One call at a time.
 * @param cwd is the working folder meanwhile.
 */
export async function fastsamHere(args: readonly string[], cwd: string): Promise<Run> {
  const before = { argv: process.argv, cwd: process.cwd() };
  let stdout = '';
  let stderr = '';
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true)),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true)),
  ];
  process.argv = [process.execPath, MAIN, ...args];
  process.chdir(cwd);
  process.exitCode = undefined;
  const forgetListeners = listenerGuard();
  try {
    await import(/* @vite-ignore */ `${MAIN}?run=${runs++}`); // the query makes the module run again
  } finally {
    for (const spy of spies) spy.mockRestore();
    forgetListeners();
    process.argv = before.argv;
    process.chdir(before.cwd);
  }
  expectNoTrace(stderr);
  return { code: takeExitCode(), stdout, stderr };
}

/** Takes off the listeners that a run leaves to the end of its process; Node warns on stderr when they pile up. */
function listenerGuard(): () => void {
  const guarded: readonly (readonly [NodeJS.EventEmitter, string])[] = [
    [process, 'SIGINT'],
    [process, 'SIGTERM'],
    [process, 'uncaughtException'],
    [process.stdout, 'error'],
    [process.stderr, 'error'],
  ];
  const before = guarded.map(([emitter, event]) => emitter.rawListeners(event));
  return () => {
    guarded.forEach(([emitter, event], i) => {
      for (const listener of emitter.rawListeners(event)) {
        if (!before[i].includes(listener)) emitter.removeListener(event, listener as () => void);
      }
    });
  };
}

/** The code that the command line has set, which must not end the tests with it. */
function takeExitCode(): number | string {
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  return code;
}
