/**
 * Compiles the binding of tfjs-node (two C++ files that use Node-API) with the system's compiler, called directly:
 * node-gyp would need Python, make and all of Node's headers for the same result.
 */
import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { FastSAMError, throwIfAborted } from '../../errors.js';
import { makeFolderSync } from '../makeFolder.js';
import { run } from './run.js';

/** Node's four headers for add-ons alone, as a package: the way to them where Node.js came without headers. */
const HEADERS_PACKAGE = 'node-api-headers@1.9.0';

/** How the packages with a compiler are called. */
const COMPILER_PACKAGES =
  'Debian/Ubuntu: apt-get install g++, Fedora/RHEL: dnf install gcc-c++, Arch: pacman -S gcc, macOS: xcode-select --install';

const QUIET_LIBRARY = 'fastsam_quiet';

/**
 * TensorFlow reads TF_CPP_MIN_LOG_LEVEL too late for the lines that its library prints while it is being loaded. This
 * library is initialised before it (`-z initfirst`) and sets the level through the same logging functions, whose name
 * holds the release of Abseil in TensorFlow 2.21. With another release the symbol is missing and nothing happens.
 *
 * It also sets the variable where the user has not: the environment that JavaScript writes to is no more than a copy in
 * worker threads, so that C++ would not see what is set there.
 */
export const QUIET_SOURCE = `#include <stdlib.h>
extern __attribute__((weak)) void setMinLogLevel(int)
    __asm__("_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE");
__attribute__((constructor)) static void quiet(void) {
  setenv("TF_CPP_MIN_LOG_LEVEL", "3", 0);
  const char *level = getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level && setMinLogLevel) setMinLogLevel(atoi(level));
}
`;

/** Everything a compilation depends on. */
export interface BindingOptions {
  /** Folder of the C++ sources. */
  readonly sources: string;
  /** Holds `include` and `lib` of TensorFlow; gets the small library that silences its start. */
  readonly deps: string;
  /** The file to write: `…/lib/napi-v8/tfjs_binding.node`, whose `../../deps` is the folder above. */
  readonly output: string;
  readonly nodeApi: number;
  readonly platform: NodeJS.Platform;
  /** The environment: `CXX` names the compiler, `npm_config_nodedir` the folder of Node's headers. */
  readonly env: NodeJS.ProcessEnv;
  /** For what is thrown away afterwards. */
  readonly temporary: string;
  readonly signal?: AbortSignal;
}

/**
 * Compiles and links the binding.
 * @throws FastSAMError `DEVICE_UNAVAILABLE` when there is no compiler, no headers, or the compilation fails; `ABORTED`.
 */
export async function compileBinding(options: BindingOptions): Promise<void> {
  const compiler = await findCompiler(options.env, options.signal);
  const headers = nodeHeaders(options.env) ?? (await downloadHeaders(options));
  makeFolderSync(dirname(options.output));
  const library = join(options.deps, 'lib');
  if (options.platform === 'linux') {
    const source = join(options.temporary, 'quiet.c');
    await writeFile(source, QUIET_SOURCE);
    const target = join(library, `lib${QUIET_LIBRARY}.so`);
    await compile(compiler, ['-x', 'c', '-O2', '-fPIC', '-shared', '-Wl,-z,initfirst', '-o', target, source], options);
    await rm(source);
  }
  const sources = (await readdir(options.sources)).filter((name) => name.endsWith('.cc'));
  await compile(
    compiler,
    [
      ...['-std=c++17', '-O2', '-fPIC', `-DNAPI_VERSION=${options.nodeApi}`, '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
      ...['-DBUILDING_NODE_EXTENSION', '-I', headers, '-I', join(options.deps, 'include')],
      ...sources.map((name) => join(options.sources, name)),
      ...['-o', options.output, '-L', library, '-ltensorflow', '-ltensorflow_framework'],
      ...linkFlags(options.platform),
    ],
    options,
  );
}

/** The binding finds the library relative to its own path, so both can be moved together. */
function linkFlags(platform: NodeJS.Platform): string[] {
  return platform === 'darwin'
    ? ['-bundle', '-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/../../deps/lib']
    : ['-shared', '-Wl,--no-as-needed', `-l${QUIET_LIBRARY}`, '-Wl,-rpath,$ORIGIN/../../deps/lib'];
}

/**
 * The first C++ compiler that answers: `CXX`, c++, g++, clang++.
 * @throws FastSAMError `DEVICE_UNAVAILABLE`, with the packages to install, when none does.
 */
export async function findCompiler(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string> {
  const candidates = env.CXX === undefined || env.CXX === '' ? ['c++', 'g++', 'clang++'] : [env.CXX];
  for (const compiler of candidates)
    if ((await run(compiler, ['--version'], { env, signal })).code === 0) return compiler;
  throw new FastSAMError(
    'DEVICE_UNAVAILABLE',
    `C++ compiler: got none (looked for ${candidates.join(', ')}), expected one to build the native binding; install it (${COMPILER_PACKAGES}) and run setup again`,
  );
}

/** Where `node_api.h` lies: named by the user, beside the node program, in the system, or in node-gyp's cache. */
export function nodeHeaders(env: NodeJS.ProcessEnv, executable = process.execPath): string | undefined {
  const version = process.versions.node;
  const candidates = [
    ...(env.npm_config_nodedir === undefined ? [] : [join(env.npm_config_nodedir, 'include', 'node')]),
    join(dirname(executable), '..', 'include', 'node'),
    join('/usr/include', 'node'),
    join('/usr/include', 'nodejs', 'src'),
    join(homedir(), '.cache', 'node-gyp', version, 'include', 'node'),
    join(homedir(), 'Library', 'Caches', 'node-gyp', version, 'include', 'node'),
  ];
  return candidates.find((folder) => existsSync(join(folder, 'node_api.h')));
}

async function downloadHeaders(options: BindingOptions): Promise<string> {
  const args = [
    'install',
    '--prefix',
    options.temporary,
    '--ignore-scripts',
    '--no-save',
    '--no-audit',
    HEADERS_PACKAGE,
  ];
  const { code } = await run('npm', args, { env: options.env, cwd: options.temporary, signal: options.signal });
  throwIfAborted(options.signal);
  const folder = join(options.temporary, 'node_modules', 'node-api-headers', 'include');
  if (code === 0 && existsSync(join(folder, 'node_api.h'))) return folder;
  throw new FastSAMError(
    'DEVICE_UNAVAILABLE',
    `Node.js headers: got no node_api.h beside ${process.execPath} or in the system, nor ${HEADERS_PACKAGE} from npm, expected one of them; install the headers (Debian/Ubuntu: apt-get install libnode-dev, Fedora/RHEL: dnf install nodejs-devel) or name their folder by --nodedir DIR`,
  );
}

async function compile(compiler: string, args: string[], options: BindingOptions): Promise<void> {
  const { code, stderr } = await run(compiler, args, { env: options.env, signal: options.signal });
  if (code === 0) return;
  const complaint =
    stderr.split('\n').find((line) => /error|not found|cannot/i.test(line)) ?? stderr.trim().slice(0, 300);
  throw new FastSAMError(
    'DEVICE_UNAVAILABLE',
    `native binding: ${compiler} could not compile it (${complaint.trim()}), expected a compiler with C++17 such as GCC 8 or Clang 7; install a newer one (${COMPILER_PACKAGES}) or name another by CXX`,
  );
}
