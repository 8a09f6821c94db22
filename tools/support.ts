/** What the long proofs share: images, runs of the program, journals. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

export const repository = fileURLToPath(new URL('..', import.meta.url));
export const MAIN = join(repository, 'src/cli/main.ts');
export const SCENES = ['astronaut.jpg', 'coffee.jpg', 'coins.png', 'rocket.jpg'];

/** How a run ended. */
export interface Ended {
  /** Exit code, or the name of the signal. */
  readonly code: number | string;
  readonly seconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of `fastsam` in a process group of its own, so that a kill reaches its workers in the same moment. */
export function startFastsam(args: readonly string[]): {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
} {
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    cwd: repository,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      resolve({ code: code ?? signal ?? '', seconds: (performance.now() - start) / 1000, stdout, stderr });
    });
  });
  return { child, ended };
}

/** Small JPEGs, crops of the scenes, in folders of a hundred. */
export async function makeImages(folder: string, names: readonly string[]): Promise<void> {
  const crops = await Promise.all(
    SCENES.map((scene, i) =>
      sharp(join(repository, 'test/golden/scenes', scene))
        .extract({ left: 20 * i, top: 10 * i, width: 120, height: 100 })
        .jpeg()
        .toBuffer(),
    ),
  );
  for (const [i, name] of names.entries()) {
    const path = join(folder, name);
    if (i % 100 === 0) await mkdir(dirname(path), { recursive: true });
    await writeFile(path, crops[i % crops.length]);
  }
}

/** `000/00000.jpg`, … */
export function imageNames(count: number): string[] {
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  return Array.from({ length: count }, (_, i) => `${digits(Math.floor(i / 100), 3)}/${digits(i, 5)}.jpg`);
}

/** Names of the images that the journals of a batch hold, as often as they hold them. */
export async function recordedIn(out: string): Promise<string[]> {
  const folder = join(out, '.batch', 'journal');
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n').filter((line) => line.endsWith('}')));
  return lines.map((line) => (JSON.parse(line) as { key: string }).key);
}

/** The lines of `failures.jsonl` by their codes. */
export async function failureCodes(out: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const text = await readFile(join(out, 'failures.jsonl'), 'utf8').catch(() => '');
  const found = new Map<string, string[]>();
  for (const line of text.split('\n').filter(Boolean)) {
    const { key, code } = JSON.parse(line) as { key: string; code: string };
    found.set(code, [...(found.get(code) ?? []), key]);
  }
  return found;
}

/** Prints what was expected and what was found, and sets the exit code where they differ. */
export function compare(what: string, found: unknown, expected: unknown): void {
  const same = JSON.stringify(found) === JSON.stringify(expected);
  console.log(`${same ? 'right' : 'WRONG'}: ${what}: ${JSON.stringify(found)}`);
  if (same) return;
  console.log(`       expected ${JSON.stringify(expected)}`);
  process.exitCode = 1;
}
