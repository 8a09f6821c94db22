/** How long a process takes from its start to its first mask. */
import { spawn } from 'node:child_process';
import { FastSAMError } from '../../errors.js';
import { decodeReply, type Failure, type Timing } from './protocol.js';

/**
 * Starts a process and waits for the line with its first mask.
 * @returns wall time until the line came, and the CPU time that the process reports until then.
 * @throws FastSAMError `DEVICE_FAILED` with the reason if the process fails.
 */
export function firstMaskTime(
  [program, ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Timing> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let result: Timing | undefined;
    let output = '';
    let complaints = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const reply = lastReply(output);
      if (reply?.cpu !== undefined) result ??= { wall: performance.now() - start, cpu: reply.cpu };
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    child.on('error', reject);
    child.on('close', () => {
      if (result) resolve(result);
      else
        reject(
          new FastSAMError(
            'DEVICE_FAILED',
            lastReply(output)?.error ?? complaints.trim().split('\n').at(-1) ?? 'no mask came',
          ),
        );
    });
  });
}

function lastReply(output: string): ({ readonly cpu?: number } & Partial<Failure>) | undefined {
  const replies = output.split('\n').slice(0, -1).map(decodeReply);
  return replies.findLast((reply) => reply !== undefined) as { cpu?: number } | undefined;
}
