/** A project of a user: the packed package, installed into an empty folder, with a program of its own. */
import { spawn } from 'node:child_process';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OWN_CHECKOUT } from '../checkouts/commandLine.js';

/** What a run of the program found: the masks as RLE, best first, and where it ran. */
export interface Found {
  readonly device: string;
  readonly note?: string;
  readonly rles: readonly string[];
  /** Workers that the page has started: the threads of WebAssembly. Absent where there is no page. */
  readonly workers?: number;
}

/** The image of all runs: PNG, so that every decoder gives the same pixels. */
export const IMAGE = 'coins.png';

/** The entry that a program imports. */
export type Entry = 'fastsam-tfjs' | 'fastsam-tfjs/worker';

/** The part of the program that all runs share: it is README's example. */
const program = (entry: Entry, first: string): string => `
import * as fastsam from '${entry}';
const { FastSAM } = fastsam;
${first}

export async function find(image) {
  const model = await FastSAM.load('demo', { device: 'wasm' });
  const scene = await model.segment(image);
  const found = {
    device: model.info.device,
    note: model.info.deviceNote,
    rles: [...scene].map(({ mask }) => JSON.stringify(mask.toRle())),
  };
  model.dispose();
  return found;
}
`;

/** The page's part, and what the tests read of it. */
const PAGE = `
import { find } from './find.js';

try {
  const image = document.querySelector('img');
  await image.decode();
  const found = await find(image);
  document.title = 'done';
  globalThis.found = found;
} catch (error) {
  document.title = 'failed';
  globalThis.failure = String(error?.stack ?? error);
}
`;

const HTML = `<!doctype html><title>waiting</title><img src="/coins.png"><script type="module" src="SCRIPT"></script>`;

const NODE = `
import { find } from './find.js';
import { fileURLToPath } from 'node:url';
console.log(JSON.stringify(await find(fileURLToPath(new URL('../public/coins.png', import.meta.url)))));
process.exit();
`;

/** Runs a program to its end. @returns what it printed. @throws Error with its output where it fails. */
export async function run(program: string, args: readonly string[], cwd: string, env = {}): Promise<string> {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, all] = ['', ''];
  child.stdout.on('data', (data) => {
    out += String(data);
    all += String(data);
  });
  child.stderr.on('data', (data) => (all += String(data)));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${String(code)}\n${all.slice(-3000)}`);
  return out;
}

/** Packs the checkout (which builds it) and makes the project of it. */
export async function makeProject(folder: string): Promise<void> {
  for (const name of ['src', 'public']) await mkdir(join(folder, name), { recursive: true });
  await run('npm', ['pack', '--pack-destination', folder], OWN_CHECKOUT);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  await writeFile(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `./${tarball ?? ''}`], folder);
  await copyFile(join(OWN_CHECKOUT, 'test/golden/scenes', IMAGE), join(folder, 'public', IMAGE));
  await writeFile(join(folder, 'src/main.js'), PAGE);
  await writeFile(join(folder, 'src/node.js'), NODE);
  await writeFile(join(folder, 'index.html'), html('/src/main.js'));
}

/**
 * Writes the program.
 * @param first what it does before it loads the model; `fastsam` has what the entry exports.
 */
export async function writeProgram(folder: string, entry: Entry, first = ''): Promise<void> {
  await writeFile(join(folder, 'src/find.js'), program(entry, first));
}

/** A page that runs the program. */
export const html = (script: string): string => HTML.replace('SCRIPT', script);

/** Installs tools into the project, each as `name@version`. */
export async function installTools(folder: string, tools: readonly string[]): Promise<void> {
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '-D', ...tools], folder);
}
