/**
 * The pinned wheels of TensorFlow for each platform with their hashes, and what is unpacked from each.
 *
 * The hashes are those of the package index (2026-11). One wheel a platform is enough. Only the C library and its
 * headers are unpacked, which do not depend on the wheel's version of Python.
 */

/** The version of the TensorFlow wheels below. */
export const TENSORFLOW_VERSION = '2.21.0';

/** The version of `@tensorflow/tfjs-node-gpu` that the library was tested with. */
export const TFJS_NODE_VERSION = '4.22.0';

/** A library for the CPU alone, or one that can also use an NVIDIA GPU. */
export type NativeVariant = 'cpu' | 'gpu';

/** One wheel: a file of a package index, known by its hash. */
export interface Wheel {
  /** The project's name on the package index. */
  readonly name: string;
  readonly version: string;
  /** The name of the file, which also names what it runs on (PEP 427). */
  readonly file: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

/** The wheels of one platform: TensorFlow, then (for a GPU) NVIDIA's libraries. */
export interface WheelSet {
  readonly tensorflow: Wheel;
  readonly nvidia: readonly Wheel[];
}

function wheel(name: string, version: string, tags: string, sha256: string, bytes: number): Wheel {
  return { name, version, file: `${name.replaceAll('-', '_')}-${version}-${tags}.whl`, sha256, bytes };
}

const MANYLINUX = 'py3-none-manylinux2014_x86_64';

/**
 * NVIDIA's libraries in the versions that TensorFlow 2.21 was built with, which are the lower ends of the ranges that
 * its wheel names (extra `and-cuda`). The older the libraries, the older the driver may be.
 */
const NVIDIA: readonly Wheel[] = [
  wheel(
    'nvidia-cublas-cu12',
    '12.5.3.2',
    MANYLINUX,
    'ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b',
    363_313_169,
  ),
  wheel(
    'nvidia-cuda-cupti-cu12',
    '12.5.82',
    MANYLINUX,
    'bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953',
    13_811_507,
  ),
  wheel(
    'nvidia-cuda-nvrtc-cu12',
    '12.5.82',
    MANYLINUX,
    '3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd',
    24_873_108,
  ),
  wheel(
    'nvidia-cuda-runtime-cu12',
    '12.5.82',
    MANYLINUX,
    '3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115',
    895_707,
  ),
  wheel(
    'nvidia-cudnn-cu12',
    '9.3.0.75',
    MANYLINUX,
    '9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d',
    577_163_502,
  ),
  wheel(
    'nvidia-cufft-cu12',
    '11.2.3.61',
    MANYLINUX,
    '9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8',
    192_524_114,
  ),
  wheel(
    'nvidia-curand-cu12',
    '10.3.6.82',
    MANYLINUX,
    '2823fb27de4e44dbb22394a6adf53aa6e1b013aca0f8c22867d1cfae58405536',
    56_309_107,
  ),
  wheel(
    'nvidia-cusolver-cu12',
    '11.6.3.83',
    MANYLINUX,
    '93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b',
    130_341_232,
  ),
  wheel(
    'nvidia-cusparse-cu12',
    '12.5.1.3',
    MANYLINUX,
    '016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752',
    217_558_979,
  ),
  wheel(
    'nvidia-nccl-cu12',
    '2.27.7',
    `${MANYLINUX}.manylinux_2_17_x86_64`,
    'de5ba5562f08029a19cb1cd659404b18411ed0d6c90ac5f52f30bf99ad5809aa',
    322_546_339,
  ),
  wheel(
    'nvidia-nvjitlink-cu12',
    '12.5.82',
    MANYLINUX,
    'f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212',
    21_298_879,
  ),
];

/** A requirement of TensorFlow's wheel, but a compiler, which convolutions do not need. */
const NOT_NEEDED: ReadonlySet<string> = new Set(['nvidia-cuda-nvcc-cu12']);

/** The wheels for `platform-architecture-variant` as Node.js names them. */
export const WHEELS: Readonly<Partial<Record<string, WheelSet>>> = {
  'linux-x64-cpu': {
    tensorflow: wheel(
      'tensorflow-cpu',
      TENSORFLOW_VERSION,
      'cp312-cp312-manylinux_2_27_x86_64',
      'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
      274_000_871,
    ),
    nvidia: [],
  },
  'linux-x64-gpu': {
    tensorflow: wheel(
      'tensorflow',
      TENSORFLOW_VERSION,
      'cp312-cp312-manylinux_2_27_x86_64',
      'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
      572_611_111,
    ),
    nvidia: NVIDIA,
  },
  'linux-arm64-cpu': {
    tensorflow: wheel(
      'tensorflow',
      TENSORFLOW_VERSION,
      'cp312-cp312-manylinux_2_27_aarch64',
      'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
      281_946_471,
    ),
    nvidia: [],
  },
  'darwin-arm64-cpu': {
    tensorflow: wheel(
      'tensorflow',
      TENSORFLOW_VERSION,
      'cp312-cp312-macosx_12_0_arm64',
      '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
      223_488_205,
    ),
    nvidia: [],
  },
};

/** The folder of the headers inside a TensorFlow wheel. */
export const WHEEL_INCLUDE = 'tensorflow/include/';

/** File names of the two shared libraries of TensorFlow, and the names under which a linker looks for them. */
export function libraryNames(platform: NodeJS.Platform): { file: string; link: string }[] {
  return platform === 'darwin'
    ? [
        { file: 'libtensorflow_cc.2.dylib', link: 'libtensorflow.dylib' },
        { file: 'libtensorflow_framework.2.dylib', link: 'libtensorflow_framework.dylib' },
      ]
    : [
        { file: 'libtensorflow_cc.so.2', link: 'libtensorflow.so' },
        { file: 'libtensorflow_framework.so.2', link: 'libtensorflow_framework.so' },
      ];
}

/**
 * The NVIDIA projects that a TensorFlow wheel asks for, read from its METADATA (lines `Requires-Dist: nvidia-… ; extra
 * == "and-cuda"`), without those that hold no library.
 */
export function nvidiaRequirements(metadata: string): string[] {
  const names: string[] = [];
  for (const line of metadata.split('\n')) {
    const name = /^Requires-Dist:\s*(nvidia-[a-z0-9-]+).*extra == ["']and-cuda["']/.exec(line)?.[1];
    if (name !== undefined && !NOT_NEEDED.has(name)) names.push(name);
  }
  return names;
}
