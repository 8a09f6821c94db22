/** The command line of a checkout, run from its sources in a process of its own. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The checkout that these tools belong to. */
export const OWN_CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

/** How a run ended and what it printed. */
export interface Ended {
  readonly pid: number;
  /** Exit code; the name of the signal that ended the process. */
  readonly code: number | string;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export interface RunSettings {
  readonly cwd: string;
  /** Added to the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Bytes for standard input. */
  readonly stdin?: Uint8Array;
}

/**
 * Runs `fastsam` of a checkout.
 * @param checkout folder with `src` and `node_modules`.
 */
export function runFastsam(checkout: string, args: readonly string[], settings: RunSettings): Promise<Ended> {
  const tsx = pathToFileURL(createRequire(join(checkout, 'package.json')).resolve('tsx')).href;
  const child = spawn(process.execPath, ['--import', tsx, join(checkout, 'src/cli/main.ts'), ...args], {
    cwd: settings.cwd,
    env: { ...process.env, ...settings.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes));
  child.stdin.on('error', () => undefined); // the command need not read it
  child.stdin.end(settings.stdin ?? new Uint8Array(0));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({
        pid: child.pid ?? 0,
        code: code ?? signal ?? 'unknown',
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr),
      });
    });
  });
}

/** Runs another program. @throws Error with what it complained of. */
export function runTool(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${command} ${args.join(' ')}: ${stderr.trim()}`));
    });
  });
}
