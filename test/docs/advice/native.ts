/** Advice of the setup of TensorFlow's library, in the small world that its own tests have. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Advice } from './trial.js';
import { setupNative, type SetupOptions } from '../../../src/platform/native/setup.js';
import { chooseVariant } from '../../../src/platform/native/target.js';
import { probeConvolution, verifyNative } from '../../../src/platform/native/verify.js';
import { WheelArchive } from '../../../src/platform/native/wheelZip.js';
import { LINUX, makeWheel, makeWorld, tensorflowFiles, type World } from '../../platform/nativeFixture.js';

/** Sets up in a world, with what differs from a sound one. */
type Setup = (more?: SetupOptions) => Promise<unknown>;

/** Calls with a world of its own, which goes afterwards. */
async function within(call: (world: World, setup: Setup) => Promise<unknown>): Promise<void> {
  const world = makeWorld();
  const { from, cache, packageFolder, env, wheels } = world;
  const sound: SetupOptions = { variant: 'cpu', machine: LINUX, from, cache, packageFolder, env, wheels };
  const verify = () => Promise.resolve({ version: '9.9', gpu: false });
  try {
    await call(world, (more) => setupNative({ ...sound, verify, ...more }));
  } finally {
    world.remove();
  }
}

/** Fails, or the advice that follows would have nothing to mend. */
async function fails(call: Promise<unknown>): Promise<void> {
  const failed = await call.then(
    () => false,
    () => true,
  );
  if (!failed) throw new Error('expected a failure');
}

const wheelOf = ({ from, wheels }: World): string => join(from, wheels['linux-x64-cpu'].tensorflow.file);
const script = (world: World, name: string, lines: string): string => {
  const path = join(world.root, name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
};
/** A compiler that knows no C++17. */
const oldCompiler = (world: World): string =>
  script(world, 'old', '[ "$1" = --version ] || { echo "x.cc:1: error: no C++17" >&2; exit 1; }');
/** A Python whose pip has only what the index holds that it is told of. */
const python = (world: World): string =>
  script(
    world,
    'python',
    `case "$*" in *--version) exit 0;; *--index-url*) ;; *) echo no index >&2; exit 1;; esac
while [ $# -gt 0 ]; do if [ "$1" = --dest ]; then /bin/cp "${wheelOf(world)}" "$2"; fi; shift; done`,
  );

/** The address of a package index that has the world's wheels, while something is called. */
async function withIndex(world: World, call: (mirror: string) => Promise<unknown>): Promise<void> {
  const { file } = world.wheels['linux-x64-cpu'].tensorflow;
  const server = createServer((request, response) => {
    if (request.url === '/simple/tensorflow/') response.end(`<a href="/${file}">${file}</a>`);
    else if (request.url === `/${file}`) response.end(readFileSync(wheelOf(world)));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await call(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** A package that computes as long as its library is whole. */
function workingPackage({ packageFolder }: World): void {
  writeFileSync(
    join(packageFolder, 'index.js'),
    `const library = require('node:fs').readFileSync(require('node:path').join(__dirname, 'deps/lib/libtensorflow_cc.so.2'), 'utf8');
if (library !== 'library '.repeat(1000)) throw new Error('a damaged library');
module.exports = {
  tensor4d: () => undefined,
  findBackend: () => ({ binding: { TF_Version: '9.9' }, isUsingGpuDevice: false }),
  conv2d: () => ({ dataSync: () => ${JSON.stringify(probeConvolution())} }),
};`,
  );
}

/** Sets up, damages the library, and looks whether it works, or makes it again first. */
const damaged = (mend: boolean) =>
  within(async (world, setup) => {
    workingPackage(world);
    const { packageFolder, env } = world;
    await setup({ verify: verifyNative });
    writeFileSync(join(packageFolder, 'deps/lib/libtensorflow_cc.so.2'), 'spoilt');
    if (mend) await setup({ verify: verifyNative, force: true });
    await verifyNative(packageFolder, env);
  });

const noPip = { PATH: '' };
const unpinned = 'Requires-Dist: nvidia-new-cu13>=13; extra == "and-cuda"\n';

export const NATIVE: Advice = {
  trials: [
    {
      advice: 'install it ({}) and run setup again',
      provoke: () => within((_, setup) => setup({ env: { PATH: '' } })),
      follow: () =>
        within(async (world, setup) => {
          const env = { ...world.env, CXX: undefined, PATH: join(world.root, 'bin') };
          await fails(setup({ env }));
          mkdirSync(env.PATH);
          renameSync(world.env.CXX ?? '', join(env.PATH, 'g++'));
          await setup({ env });
        }),
    },
    {
      advice: 'install a newer one ({}) or name another by CXX',
      provoke: () => within((world, setup) => setup({ env: { ...world.env, CXX: oldCompiler(world) } })),
      follow: () => within((world, setup) => setup({ env: { ...world.env, CXX: world.env.CXX } })),
    },
    {
      advice: 'fetch it where there is a network: {}',
      provoke: () =>
        within((world, setup) => {
          rmSync(wheelOf(world));
          return setup();
        }),
      follow: () => within((_, setup) => setup()),
    },
    {
      advice: 'delete it and fetch it again',
      provoke: () =>
        within((world, setup) => {
          writeFileSync(wheelOf(world), 'spoilt');
          return setup();
        }),
      follow: () =>
        within(async (world, setup) => {
          const kept = join(world.root, 'kept.whl');
          copyFileSync(wheelOf(world), kept);
          writeFileSync(wheelOf(world), 'spoilt');
          await fails(setup());
          rmSync(wheelOf(world));
          copyFileSync(kept, wheelOf(world));
          await setup();
        }),
    },
    {
      advice: 'give a package index by --mirror URL or a folder with the wheel by --from DIR',
      provoke: () => within((world, setup) => setup({ from: undefined, env: { ...world.env, PYTHON: python(world) } })),
      follow: () =>
        within(async (world, setup) => {
          const env = { ...world.env, PYTHON: python(world) };
          await setup({ env, from: world.from });
          await setup({ env, from: undefined, mirror: 'http://127.0.0.1:1', force: true });
        }),
    },
    {
      advice: 'install pip, give a package index by --mirror URL or a folder with the wheel by --from DIR',
      provoke: () =>
        within((world, setup) =>
          setup({ from: undefined, mirror: 'http://127.0.0.1:1', env: { ...world.env, ...noPip } }),
        ),
      follow: () =>
        within(async (world, setup) => {
          const env = { ...world.env, ...noPip };
          await setup({ env, from: world.from });
          await withIndex(world, (index) => setup({ env, from: undefined, mirror: `${index}/simple`, force: true }));
        }),
    },
    {
      advice: 'use --force to replace it',
      provoke: () =>
        within(({ packageFolder }, setup) => {
          mkdirSync(join(packageFolder, 'deps'));
          mkdirSync(join(packageFolder, 'lib/napi-v8'), { recursive: true });
          return setup();
        }),
      follow: () =>
        within(({ packageFolder }, setup) => {
          mkdirSync(join(packageFolder, 'deps'));
          mkdirSync(join(packageFolder, 'lib/napi-v8'), { recursive: true });
          return setup({ force: true });
        }),
    },
    {
      advice: 'use the pinned version',
      provoke: () =>
        within(({ from, wheels }, setup) => {
          const tensorflow = makeWheel(from, 'tensorflow', tensorflowFiles(unpinned));
          const { nvidia } = wheels['linux-x64-gpu'];
          return setup({ variant: 'gpu', wheels: { 'linux-x64-gpu': { tensorflow, nvidia } } });
        }),
      follow: () => within((_, setup) => setup({ variant: 'gpu' })),
    },
    {
      advice: 'run setup --force, or --cpu where --gpu fails',
      provoke: () => damaged(false),
      follow: () => damaged(true),
    },
    {
      advice: 'download it again',
      provoke: () =>
        within((world) => {
          writeFileSync(wheelOf(world), readFileSync(wheelOf(world)).subarray(0, 1000));
          return WheelArchive.open(wheelOf(world));
        }),
      follow: () => within((world) => WheelArchive.open(wheelOf(world))),
    },
    {
      advice: 'use a Debian based image such as node:20-bookworm ({})',
      provoke: () => chooseVariant({ ...LINUX, musl: true }, 'auto'),
      follow: () => chooseVariant({ ...LINUX, musl: false }, 'auto'),
    },
    {
      // On Windows: use WSL 2, which is Linux.
      advice: '{} ({})',
      provoke: () => chooseVariant({ ...LINUX, platform: 'win32' }, 'auto'),
      follow: () => chooseVariant({ ...LINUX, platform: 'linux' }, 'auto'),
    },
    {
      advice: 'use --cpu',
      provoke: () => chooseVariant({ ...LINUX, platform: 'darwin', arch: 'arm64' }, 'gpu'),
      follow: () => chooseVariant({ ...LINUX, platform: 'darwin', arch: 'arm64' }, 'cpu'),
    },
  ],
  elsewhere: {},
  untried: {
    'install the headers (Debian/Ubuntu: apt-get install libnode-dev, Fedora/RHEL: dnf install nodejs-devel) or name their folder by --nodedir DIR':
      'Node.js has its headers beside it nearly everywhere, so that they cannot be missed; test/platform/nativeWheels.test.ts names a folder',
    'run {}': 'installs the package, which the tests have',
  },
};
