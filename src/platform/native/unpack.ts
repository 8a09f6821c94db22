/** Unpacks the C library and the headers that the binding includes from the wheels. */
import { readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FastSAMError } from '../../errors.js';
import { WheelArchive } from './wheelZip.js';
import { WHEEL_INCLUDE, libraryNames, nvidiaRequirements, type WheelSet } from './wheels.js';

/** What is unpacked into which folder. `deps` is the folder that the binding looks for its library in. */
export interface UnpackOptions {
  readonly deps: string;
  readonly platform: NodeJS.Platform;
  /** The C++ sources of the binding, for the headers that they include. */
  readonly sources: string;
  readonly signal?: AbortSignal;
  readonly onFile?: (name: string) => void;
}

/**
 * Unpacks `deps/lib` (the two libraries, and links under the names that a linker looks for), `deps/include` and, for
 * the wheels of a GPU, `deps/nvidia`. TensorFlow's libraries look for NVIDIA's in `../nvidia/<name>/lib` beside
 * themselves, which is the layout of the wheels, so no search path has to be set.
 * @throws FastSAMError `DOWNLOAD_CORRUPT` when a wheel lacks what is taken from it, `WRITE_FAILED`, `ABORTED`.
 */
export async function unpackTensorFlow(path: string, set: WheelSet, options: UnpackOptions): Promise<void> {
  const wheel = await WheelArchive.open(path);
  if (set.nvidia.length > 0) await checkNvidia(wheel, set);
  for (const { file, link } of libraryNames(options.platform)) {
    options.onFile?.(file);
    await wheel.extract(`tensorflow/${file}`, join(options.deps, 'lib', file), options.signal);
    await symlink(file, join(options.deps, 'lib', link));
  }
  for (const name of await neededHeaders(wheel, options.sources)) {
    await wheel.extract(WHEEL_INCLUDE + name, join(options.deps, 'include', name), options.signal);
  }
}

/** Unpacks the shared libraries of one of NVIDIA's wheels: its files `nvidia/<name>/lib/*.so*`. */
export async function unpackNvidia(path: string, options: UnpackOptions): Promise<void> {
  const wheel = await WheelArchive.open(path);
  for (const name of wheel.entries.keys()) {
    if (!/^nvidia\/[a-z0-9_]+\/lib\/[^/]+\.so[^/]*$/.test(name)) continue;
    options.onFile?.(name.slice(name.lastIndexOf('/') + 1));
    await wheel.extract(name, join(options.deps, name), options.signal);
  }
  // cuDNN looks for the run-time compiler in a folder of this name, whose wheel unpacks under another.
  if (path.includes('nvidia_cuda_nvrtc')) await symlink('cuda_nvrtc', join(options.deps, 'nvidia', 'nvrtc'));
}

/** Every project that TensorFlow's wheel names must be among the pinned ones. */
async function checkNvidia(wheel: WheelArchive, set: WheelSet): Promise<void> {
  const metadata = [...wheel.entries.keys()].find((name) => /^[^/]+\.dist-info\/METADATA$/.test(name)) ?? 'METADATA';
  const pinned = new Set(set.nvidia.map(({ name }) => name));
  const missing = nvidiaRequirements(await wheel.text(metadata)).filter((name) => !pinned.has(name));
  if (missing.length === 0) return;
  throw new FastSAMError(
    'DOWNLOAD_CORRUPT',
    `${wheel.path}: got a wheel that needs ${missing.join(', ')}, expected only the pinned NVIDIA libraries; use the pinned version`,
  );
}

/**
 * The headers of the wheel that C++ sources include, directly or through other headers: 14 of the 12,000 in the wheel.
 * Conditions are not evaluated, so a header that only another platform includes comes along.
 */
async function neededHeaders(wheel: WheelArchive, sources: string): Promise<string[]> {
  const needed = new Set<string>();
  const visit = async (text: string): Promise<void> => {
    for (const [, name = ''] of text.matchAll(/^[ \t]*#[ \t]*include[ \t]+["<]([^">]+)[">]/gm)) {
      if (needed.has(name) || !wheel.entries.has(WHEEL_INCLUDE + name)) continue;
      needed.add(name);
      await visit(await wheel.text(WHEEL_INCLUDE + name));
    }
  };
  for (const file of await readdir(sources)) await visit(await readFile(join(sources, file), 'utf8'));
  return [...needed];
}
