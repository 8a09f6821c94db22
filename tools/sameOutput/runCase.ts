/** Runs a case in a checkout and keeps all that it wrote. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runFastsam } from '../checkouts/commandLine.js';
import type { Case } from './cases.js';

/** What a case is run on. Empty: the case takes no device. */
export type CaseDevice = 'wasm' | 'cpu' | '';

/** Where the output of a case is kept, below a folder for each checkout. */
export function caseFolder({ name }: Case, device: CaseDevice): string {
  return join(device === '' ? 'any' : device, name.replaceAll(/[^\w.]+/g, '-'));
}

/**
 * Runs all steps in an empty folder, which has the same path for every checkout, and moves it to its place. Beside what
 * the steps wrote it then holds `N.stdout` and `N.stderr`, and in `case.json` what was run and the exit codes.
 * @param work folder that holds `inputs`.
 * @param to the place.
 * @param keep whether what lies there is taken when it is of the same steps.
 */
export async function runCase(
  checkout: string,
  { steps, stdin }: Case,
  device: CaseDevice,
  { work, to, keep }: { readonly work: string; readonly to: string; readonly keep: boolean },
): Promise<void> {
  const commands = steps.map((step) => (device === '' ? step : [...step, '--device', device]));
  if (keep && (await isKept(to, commands))) return;
  const run = join(work, 'run');
  await rm(run, { recursive: true, force: true });
  await mkdir(run);
  const codes: (number | string)[] = [];
  const bytes = stdin === undefined ? undefined : await readFile(join(work, 'inputs', stdin));
  for (const [i, args] of commands.entries()) {
    const { code, stdout, stderr } = await runFastsam(checkout, args, { cwd: run, ...(bytes && { stdin: bytes }) });
    codes.push(code);
    await writeFile(join(run, `${i + 1}.stdout`), stdout);
    await writeFile(join(run, `${i + 1}.stderr`), stderr);
  }
  await writeFile(join(run, 'case.json'), JSON.stringify({ commands, codes }));
  await rm(to, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true });
  await rename(run, to);
}

/** The exit codes of a case that was run. */
export async function exitCodes(folder: string): Promise<(number | string)[]> {
  return (await readRecord(folder)).codes;
}

async function isKept(folder: string, commands: readonly (readonly string[])[]): Promise<boolean> {
  if (!existsSync(join(folder, 'case.json'))) return false;
  return JSON.stringify((await readRecord(folder)).commands) === JSON.stringify(commands);
}

async function readRecord(folder: string): Promise<{ commands: string[][]; codes: (number | string)[] }> {
  return JSON.parse(await readFile(join(folder, 'case.json'), 'utf8')) as { commands: string[][]; codes: number[] };
}
