/** Programs that run beside this one, as child processes. */
import { spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import type { Program, ProgramEnd } from './platform.js';

/** Lines of stderr that are kept: enough for the reason, bounded for a camera that runs for weeks. */
const KEPT_LINES = 20;

/** See `Platform.startProgram`. */
export function startProgram(command: string, args: readonly string[], kind: 'read' | 'feed'): Program {
  const child = spawn(command, [...args], {
    stdio: kind === 'read' ? ['ignore', 'pipe', 'pipe', 'pipe'] : ['pipe', 'ignore', 'pipe'],
    // A Ctrl-C in the terminal is for us alone: it reaches the program as the end of its pipes, in our order.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const tail = new LineTail(child.stderr);
  const stdout = readable(child.stdout);
  const side = readable(child.stdio[3]);
  const kill = (): void => {
    child.kill('SIGKILL');
    // Bytes that nobody has taken would keep the streams open, and with them the child.
    stdout.destroy();
    side.destroy();
  };
  process.on('exit', kill);
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: undefined, complaints: [error.message] });
    });
    child.on('close', (code) => {
      resolve({ code: code ?? -1, complaints: tail.lines() });
    });
  }).finally(() => process.off('exit', kill));
  return {
    stdout: quietly(stdout),
    side: quietly(side),
    write: feeder(child.stdin),
    endInput: () => child.stdin?.end(),
    kill,
    ended,
    complaints: () => tail.lines(),
  };
}

function readable(stream: unknown): Readable {
  return stream instanceof Readable ? stream : Readable.from([]);
}

/** Ends where the stream is destroyed, by `kill` or by the end of the loop, instead of throwing. */
async function* quietly(stream: Readable): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    if (!stream.destroyed) throw error;
  }
}

function feeder(stdin: Writable | null): Program['write'] {
  stdin?.on('error', () => undefined); // a program that ends early closes its input: `ended` tells the reason
  return (bytes) =>
    new Promise((resolve) => {
      if (!stdin?.writable) resolve();
      else {
        stdin.write(bytes, () => {
          resolve();
        });
      }
    });
}

/** The last lines of a stream of text. */
class LineTail {
  readonly #lines: string[] = [];
  #rest = '';

  constructor(stream: Readable | null) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (this.#rest + text).split(/[\r\n]+/);
      this.#rest = (parts.pop() ?? '').slice(-1000);
      this.#lines.push(...parts.filter((line) => line.trim() !== ''));
      this.#lines.splice(0, this.#lines.length - KEPT_LINES);
    });
  }

  lines(): readonly string[] {
    return this.#rest.trim() === '' ? [...this.#lines] : [...this.#lines, this.#rest];
  }
}
