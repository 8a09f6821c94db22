/** A small world for the setup of the native library: wheels, a package and a compiler that only look like them. */
import { zipSync, strToU8, type Zippable } from 'fflate';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Machine } from '../../src/platform/native/target.js';
import type { Wheel, WheelSet } from '../../src/platform/native/wheels.js';

export const LINUX: Machine = { platform: 'linux', arch: 'x64', musl: false, nvidiaDriver: false };

/** A compiler that answers and writes its arguments into the file that `-o` names. */
const COMPILER = `#!/bin/sh
[ "$1" = --version ] && exit 0
all="$*"
while [ $# -gt 0 ]; do
  if [ "$1" = -o ]; then out="$2"; fi
  shift
done
echo "$all" > "$out"
`;

const HEADERS = {
  'tensorflow/c/c_api.h': '#include "tensorflow/c/inner.h"\n',
  'tensorflow/c/inner.h': '# include <tsl/last.h>\n#include <stdlib.h>\n',
  'tsl/last.h': 'int last;\n',
  'tensorflow/c/not_needed.h': 'int none;\n',
};

const METADATA = `Metadata-Version: 2.4
Requires-Dist: numpy>=1.26
Requires-Dist: nvidia-cuda-nvrtc-cu12<13.0,>=12.5; extra == "and-cuda"
Requires-Dist: nvidia-cuda-nvcc-cu12<13.0,>=12.5; extra == "and-cuda"
`;

export interface World {
  readonly root: string;
  /** The folder with the wheels. */
  readonly from: string;
  readonly cache: string;
  readonly packageFolder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly wheels: Record<'linux-x64-cpu' | 'linux-x64-gpu', WheelSet>;
  remove(): void;
}

/** Writes a wheel and pins it. */
export function makeWheel(folder: string, name: string, files: Zippable): Wheel {
  const file = `${name.replaceAll('-', '_')}-1.0-py3-none-any.whl`;
  const bytes = zipSync(files);
  writeFileSync(join(folder, file), bytes);
  return { name, version: '1.0', file, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}

/** What a TensorFlow wheel holds, as far as setup looks at it. */
export function tensorflowFiles(metadata = METADATA): Zippable {
  const files: Zippable = {
    'tensorflow/libtensorflow_cc.so.2': strToU8('library '.repeat(1000)),
    'tensorflow/libtensorflow_framework.so.2': [strToU8('framework'), { level: 0 }],
    'tensorflow/python/large.so': strToU8('not wanted'),
    'tensorflow-1.0.dist-info/METADATA': strToU8(metadata),
  };
  for (const [name, text] of Object.entries(HEADERS)) files[`tensorflow/include/${name}`] = strToU8(text);
  return files;
}

/** Makes a world in a temporary folder. */
export function makeWorld(): World {
  const root = mkdtempSync(join(tmpdir(), 'fastsam-native-'));
  const [from, packageFolder] = [join(root, 'wheels'), join(root, 'package')];
  for (const folder of [from, join(packageFolder, 'binding'), join(root, 'node/include/node')]) {
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(join(packageFolder, 'package.json'), JSON.stringify({ binary: { napi_versions: [3, 8] } }));
  writeFileSync(
    join(packageFolder, 'binding', 'binding.cc'),
    '#include "tensorflow/c/c_api.h"\n#include <node_api.h>\n',
  );
  writeFileSync(join(root, 'node/include/node/node_api.h'), '');
  const compiler = join(root, 'compiler');
  writeFileSync(compiler, COMPILER);
  chmodSync(compiler, 0o755);
  const tensorflow = makeWheel(from, 'tensorflow', tensorflowFiles());
  const nvrtc = makeWheel(from, 'nvidia-cuda-nvrtc-cu12', {
    'nvidia/cuda_nvrtc/lib/libnvrtc.so.12': strToU8('nvrtc'),
    'nvidia/cuda_nvrtc/include/nvrtc.h': strToU8('not wanted'),
  });
  return {
    root,
    from,
    packageFolder,
    cache: join(root, 'cache'),
    env: { PATH: process.env.PATH, CXX: compiler, npm_config_nodedir: join(root, 'node') },
    wheels: { 'linux-x64-cpu': { tensorflow, nvidia: [] }, 'linux-x64-gpu': { tensorflow, nvidia: [nvrtc] } },
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
