/**
 * Makes `@tensorflow/tfjs-node-gpu` work without its own download. TensorFlow's C library comes from the wheel of the
 * Python package, and the binding is compiled against it. Both are kept in the cache and linked into node_modules.
 */
import { existsSync } from 'node:fs';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FastSAMError, throwIfAborted } from '../../errors.js';
import { makeFolderSync } from '../makeFolder.js';
import { compileBinding, findCompiler } from './compile.js';
import { PARTIAL, fetchWheel } from './fetchWheel.js';
import { linkBuild, linkedBuild, unlinkBuild } from './link.js';
import {
  INSTALL_COMMAND,
  NATIVE_PACKAGE,
  buildName,
  chooseVariant,
  findNativePackage,
  nativeCache,
  nodeApiVersion,
  thisMachine,
  type Machine,
} from './target.js';
import { unpackNvidia, unpackTensorFlow } from './unpack.js';
import { verifyNative, type Verified } from './verify.js';
import { WHEELS, type NativeVariant, type WheelSet } from './wheels.js';

/** One step of the work, in order. `done` and `total` are bytes and present while a download is counted. */
export interface SetupProgress {
  readonly step: 'download' | 'unpack' | 'compile' | 'verify' | 'link' | 'done';
  readonly detail: string;
  readonly done?: number;
  readonly total?: number;
}

/** What to set up and from where; every field has a default. */
export interface SetupOptions {
  /** Which library; `auto` (the default) takes the GPU's where NVIDIA's driver is installed. */
  readonly variant?: NativeVariant | 'auto';
  /** A folder with the wheels: no network is used for them. */
  readonly from?: string;
  /** URL of a package index with the "simple" interface. */
  readonly mirror?: string;
  /** Make it again even where it is finished, and replace a library that setup did not make. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SetupProgress) => void;
  readonly env?: NodeJS.ProcessEnv;
  readonly machine?: Machine;
  /** Folder of the package, of the cache, and the pinned wheels: other ones in tests. */
  readonly packageFolder?: string;
  readonly cache?: string;
  readonly wheels?: Readonly<Partial<Record<string, WheelSet>>>;
  readonly verify?: typeof verifyNative;
}

/** What was set up. */
export interface SetupResult extends Verified {
  readonly variant: NativeVariant;
  /** Folder of the finished library. */
  readonly folder: string;
  /** It was in the cache already. */
  readonly cached: boolean;
}

interface Plan {
  readonly options: SetupOptions;
  readonly env: NodeJS.ProcessEnv;
  readonly machine: Machine;
  readonly variant: NativeVariant;
  readonly wheels: WheelSet;
  readonly packageFolder: string;
  readonly cache: string;
  readonly nodeApi: number;
  /** Folder of the finished library. */
  readonly folder: string;
}

/** Written last, when the library has been seen to work: a folder without it is unfinished. */
const MANIFEST = 'manifest.json';
const TEMPORARY = 'making-';

/**
 * Sets up the native library. A finished one is only linked. An interrupted run leaves the wheels that have arrived
 * (the next run uses them) and nothing that could be taken for a finished library.
 * @throws FastSAMError `DEVICE_UNAVAILABLE` (no library for this machine, no package, compiler or headers, or it does
 *   not work), `DOWNLOAD_FAILED`, `DOWNLOAD_CORRUPT`, `FILE_UNREADABLE`, `WRITE_FAILED`, `ABORTED`.
 */
export async function setupNative(options: SetupOptions = {}): Promise<SetupResult> {
  const plan = makePlan(options);
  throwIfAborted(options.signal);
  if (linkedBuild(plan.packageFolder) === 'own' && options.force !== true) {
    throw new FastSAMError(
      'WRITE_FAILED',
      `${plan.packageFolder}: got a package with a library of its own, expected none; use --force to replace it`,
    );
  }
  const finished = await readManifest(plan.folder);
  if (finished && options.force !== true) {
    await link(plan);
    return { ...finished, variant: plan.variant, folder: plan.folder, cached: true };
  }
  if (options.force === true || !existsSync(plan.folder)) await make(plan);
  const verified = await verifyLinked(plan);
  await removeWheels(plan);
  report(plan, 'done', `TensorFlow ${verified.version}, ${verified.gpu ? 'GPU' : 'CPU'}`);
  return { ...verified, variant: plan.variant, folder: plan.folder, cached: false };
}

/** Removes the links from node_modules and everything that setup keeps in the cache. Returns the folders removed. */
export async function uninstallNative(options: Pick<SetupOptions, 'packageFolder' | 'cache'> = {}): Promise<string[]> {
  const packageFolder = options.packageFolder ?? findNativePackage();
  const cache = options.cache ?? nativeCache();
  const removed: string[] = [];
  if (packageFolder !== undefined && (await unlinkBuild(packageFolder))) removed.push(packageFolder);
  if (existsSync(cache)) {
    await rm(cache, { recursive: true });
    removed.push(cache);
  }
  return removed;
}

function makePlan(options: SetupOptions): Plan {
  const machine = options.machine ?? thisMachine();
  const variant = chooseVariant(machine, options.variant ?? 'auto');
  const packageFolder = options.packageFolder ?? findNativePackage();
  if (packageFolder === undefined) {
    throw new FastSAMError(
      'DEVICE_UNAVAILABLE',
      `native library: got no package ${NATIVE_PACKAGE}, expected it in node_modules; run ${INSTALL_COMMAND}`,
    );
  }
  const wheels = (options.wheels ?? WHEELS)[`${machine.platform}-${machine.arch}-${variant}`];
  if (!wheels)
    throw new FastSAMError('DEVICE_UNAVAILABLE', `native library: no wheel is known for ${machine.platform}`);
  const cache = options.cache ?? nativeCache();
  const nodeApi = nodeApiVersion(packageFolder);
  const folder = join(cache, buildName(machine, variant, nodeApi));
  return { options, env: options.env ?? process.env, machine, variant, wheels, packageFolder, cache, nodeApi, folder };
}

/** Everything up to a library at its final path. What it computes is not verified yet. */
async function make(plan: Plan): Promise<void> {
  const { signal } = plan.options;
  await findCompiler(plan.env, signal); // before hundreds of megabytes are fetched in vain
  await removeStale(plan.cache);
  const temporary = join(plan.cache, `${TEMPORARY}${process.pid}`);
  makeFolderSync(temporary);
  try {
    const deps = join(temporary, 'deps');
    const sources = join(plan.packageFolder, 'binding');
    const onFile = (name: string) => {
      report(plan, 'unpack', name);
    };
    const unpack = { deps, sources, platform: plan.machine.platform, signal, onFile };
    await unpackTensorFlow(await fetch(plan, plan.wheels.tensorflow), plan.wheels, unpack);
    for (const wheel of plan.wheels.nvidia) await unpackNvidia(await fetch(plan, wheel), unpack);
    report(plan, 'compile', 'tfjs_binding.node');
    const output = join(temporary, 'lib', `napi-v${plan.nodeApi}`, 'tfjs_binding.node');
    const { env, nodeApi, machine } = plan;
    await compileBinding({ sources, deps, output, nodeApi, platform: machine.platform, env, temporary, signal });
    await rm(join(temporary, 'node_modules'), { recursive: true, force: true });
    await rm(plan.folder, { recursive: true, force: true });
    await rename(temporary, plan.folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function fetch(plan: Plan, wheel: WheelSet['tensorflow']): Promise<string> {
  const { from, mirror, signal } = plan.options;
  const onBytes = (done: number) =>
    plan.options.onProgress?.({ step: 'download', detail: wheel.file, done, total: wheel.bytes });
  report(plan, 'download', `${wheel.file} (${Math.round(wheel.bytes / 1e6)} MB)`);
  const folder = wheelFolder(plan.cache);
  makeFolderSync(folder);
  return fetchWheel(wheel, { folder, env: plan.env, onBytes, from, mirror, signal });
}

async function verifyLinked(plan: Plan): Promise<Verified> {
  await link(plan);
  report(plan, 'verify', 'a convolution');
  try {
    const verified = await (plan.options.verify ?? verifyNative)(plan.packageFolder, plan.env, plan.options.signal);
    const manifest = join(plan.folder, MANIFEST);
    await writeFile(`${manifest}.tmp`, `${JSON.stringify(verified)}\n`);
    await rename(`${manifest}.tmp`, manifest);
    return verified;
  } catch (error) {
    await unlinkBuild(plan.packageFolder);
    if (!(error instanceof FastSAMError && error.code === 'ABORTED'))
      await rm(plan.folder, { recursive: true, force: true });
    throw error;
  }
}

async function link(plan: Plan): Promise<void> {
  report(plan, 'link', plan.packageFolder);
  await linkBuild(plan.packageFolder, plan.folder, plan.options.force ?? false);
}

/** What a finished library reported when it was verified. */
async function readManifest(folder: string): Promise<Verified | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Verified;
  } catch {
    return undefined;
  }
}

/** Removes the remains of unfinished runs whose process is gone. */
async function removeStale(cache: string): Promise<void> {
  for (const folder of [cache, wheelFolder(cache)]) {
    if (!existsSync(folder)) continue;
    for (const name of await readdir(folder)) {
      const prefix = [TEMPORARY, PARTIAL].find((start) => name.startsWith(start));
      if (prefix === undefined || isAlive(Number(name.slice(prefix.length)))) continue;
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function wheelFolder(cache: string): string {
  return join(cache, 'wheels');
}

/** The wheels have served: the library is unpacked, and pip keeps its own cache. */
async function removeWheels(plan: Plan): Promise<void> {
  for (const { file } of [plan.wheels.tensorflow, ...plan.wheels.nvidia])
    await rm(join(wheelFolder(plan.cache), file), { force: true });
}

function report(plan: Plan, step: SetupProgress['step'], detail: string): void {
  plan.options.onProgress?.({ step, detail });
}
