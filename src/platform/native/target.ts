/** Describes this machine, and chooses the library for it and its folder. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FastSAMError } from '../../errors.js';
import { cacheFolder } from '../nodeFiles.js';
import { TENSORFLOW_VERSION, TFJS_NODE_VERSION, WHEELS, type NativeVariant } from './wheels.js';

/** The package whose native half is made here. */
export const NATIVE_PACKAGE = '@tensorflow/tfjs-node-gpu';

/** How to install the package without its own download. */
export const INSTALL_COMMAND = `npm install --ignore-scripts ${NATIVE_PACKAGE}@${TFJS_NODE_VERSION}`;

/** A machine, as far as the choice of a library depends on it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The C library is musl (Alpine), for which TensorFlow makes no wheels. */
  readonly musl: boolean;
  /** NVIDIA's driver is installed. Whether it works shows only in use. */
  readonly nvidiaDriver: boolean;
}

/** Counts the ways in which setup has made libraries: one made in another way is made anew. */
const BUILD = 2;

const DRIVER_FILES = ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/dev/dxg'];
const DRIVER_LIBRARY = 'libcuda.so.1';
const LIBRARY_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/lib/wsl/lib',
  '/usr/local/nvidia/lib64',
  '/usr/local/cuda/compat',
];

/** This machine. */
export function thisMachine(): Machine {
  const { platform, arch } = process;
  return {
    platform,
    arch,
    musl: platform === 'linux' && !hasGlibc(),
    nvidiaDriver: platform === 'linux' && hasDriver(),
  };
}

/** Node.js reports the version of glibc that it runs on; with musl there is none. */
function hasGlibc(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime !== undefined;
}

/** The kernel's half is there (for WSL: /dev/dxg), and so is the half that programs load. */
function hasDriver(): boolean {
  const folders = [...LIBRARY_FOLDERS, ...(process.env.LD_LIBRARY_PATH ?? '').split(delimiter)];
  return (
    DRIVER_FILES.some((path) => existsSync(path)) &&
    folders.some((folder) => folder !== '' && existsSync(join(folder, DRIVER_LIBRARY)))
  );
}

/**
 * Which library to use: the requested one, or with `auto` the GPU's where NVIDIA's driver is installed.
 * @throws FastSAMError `DEVICE_UNAVAILABLE` where TensorFlow has no library for this machine.
 */
export function chooseVariant(machine: Machine, wanted: NativeVariant | 'auto'): NativeVariant {
  const name = `${machine.platform}-${machine.arch}`;
  const rest = 'fastsam runs without it, slower, on WebAssembly';
  if (machine.musl) {
    throw new FastSAMError(
      'DEVICE_UNAVAILABLE',
      `native library: got a system with musl (Alpine Linux), expected glibc, for which TensorFlow's library is made; use a Debian based image such as node:20-bookworm (${rest})`,
    );
  }
  if (!(`${name}-cpu` in WHEELS)) {
    const hint = machine.platform === 'win32' ? 'use WSL 2' : 'use one of those';
    throw new FastSAMError(
      'DEVICE_UNAVAILABLE',
      `native library: got ${name}, expected linux-x64, linux-arm64 or darwin-arm64; ${hint} (${rest})`,
    );
  }
  const gpu = `${name}-gpu` in WHEELS;
  if (wanted === 'gpu' && !gpu) {
    throw new FastSAMError('DEVICE_UNAVAILABLE', `native library: got --gpu on ${name}, expected linux-x64; use --cpu`);
  }
  return wanted === 'auto' ? (gpu && machine.nvidiaDriver ? 'gpu' : 'cpu') : wanted;
}

/** The newest Node-API that both the package and this Node.js know; it names the folder of the compiled binding. */
export function nodeApiVersion(packageFolder: string, available = Number(process.versions.napi)): number {
  const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    binary: { napi_versions: number[] };
  };
  return Math.max(...manifest.binary.napi_versions.filter((version) => version <= available));
}

/**
 * The folder of `@tensorflow/tfjs-node-gpu`, or undefined where it is not installed. It is looked for in the folders
 * `node_modules` above this module, then above the program that was started (this package linked into a project). Neither
 * the working folder nor NODE_PATH counts: what lies there would run.
 * @param program path of the program.
 */
export function findNativePackage(program: string | undefined = process.argv.at(1)): string | undefined {
  const starts = [fileURLToPath(import.meta.url), ...(program !== undefined && isAbsolute(program) ? [program] : [])];
  const found = starts.flatMap(foldersAbove).find((folder) => existsSync(join(folder, 'package.json')));
  return found === undefined ? undefined : realpathSync(found);
}

/** Where the package would lie for a module, the nearest first. */
function foldersAbove(file: string): string[] {
  const folder = dirname(file);
  const here = join(folder, 'node_modules', NATIVE_PACKAGE);
  return folder === file ? [] : [here, ...foldersAbove(folder)];
}

/** The folder that holds every finished library and the wheels of unfinished ones. */
export function nativeCache(): string {
  return join(cacheFolder(), 'native');
}

/**
 * The name of one finished library in the cache. A binding made for a Node-API version works in every Node.js that has
 * it.
 */
export function buildName(machine: Machine, variant: NativeVariant, nodeApi: number): string {
  return `tensorflow-${TENSORFLOW_VERSION}-${variant}-${machine.platform}-${machine.arch}-tfjs-${TFJS_NODE_VERSION}-napi${nodeApi}-${BUILD}`;
}
