/** The header of a run: everything that its figures depend on. */
import { readFileSync } from 'node:fs';
import { arch, cpus, platform as system, release } from 'node:os';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { RunHeader } from '../../studies/records.js';
import type { StudyRun } from '../../studies/studyRun.js';
import type { StudyOptions, StudySettings } from '../../studies/study.js';
import type { FastSAM } from '../../fastsam.js';
import { weightsHash } from '../../model/weightsHash.js';
import { platform } from '../../platform/platform.js';
import { packageVersion } from '../version.js';

/** What a run does not say itself. */
export interface HeaderParts {
  /** The study's own options that count. */
  readonly options: StudyOptions;
  readonly subset?: number | undefined;
  readonly seed: number;
  /** SHA-256 of the study's module, where it is the user's own. */
  readonly module?: string | undefined;
}

/**
 * What the figures depend on. `--limit` does not count, so a longer run can continue a shorter one. What may not matter
 * (processor, system, Node.js) stands in `environment` and is not compared.
 */
export async function makeHeader(
  { study, opened, settings }: Pick<StudyRun, 'study' | 'opened' | 'settings'>,
  { info }: Pick<FastSAM, 'info'>,
  { options, subset, seed, module }: HeaderParts,
): Promise<RunHeader> {
  const { environmentOf } = await import('../../runtime/environment.js');
  const keys = new TextEncoder().encode(opened.items.map(({ key }) => key).join('\n'));
  const { wasmThreads, ...versions } = await environmentOf(info.device);
  const { edit = {}, ...plain } = settings;
  const edits = textsOf(edit);
  const identity = {
    study: study.name,
    weights: await weightsHash(info),
    device: info.device,
    precision: edits ? 'fp32' : info.precision, // in which edited layers run
    ...(wasmThreads !== undefined && { wasmThreads }),
    versions: { 'fastsam-tfjs': packageVersion(), ...versions, sharp: sharpVersion() },
    settings: { ...info.defaults, ...plain, ...(edits && { edit: edits }) },
    options,
    data: `${await platform().sha256(keys)} ${opened.fingerprint ?? ''}`.trim(),
    ...(opened.inputs && { inputs: opened.inputs }),
    ...(module !== undefined && { module }),
    ...(subset !== undefined && { subset, seed }),
  };
  const hash = await platform().sha256(new TextEncoder().encode(JSON.stringify(identity)));
  const environment = {
    node: process.version,
    system: `${system()} ${release()} ${arch()}`,
    processor: `${cpus().length} x ${cpus().at(0)?.model.trim() ?? 'unknown'}`,
  };
  return { format: 'fastsam-study', version: 1, study: study.name, model: info.name, identity, hash, environment };
}

/** Edits by the text of their functions; undefined where there are none. */
function textsOf(edit: NonNullable<StudySettings['edit']>): Readonly<Record<string, string>> | undefined {
  const texts = Object.entries(edit).map(([name, change]) => [name, String(change)] as const);
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}

/** Its version: JPEG files are decoded by it, and another one may give other pixels. It does not export its `package.json`. */
function sharpVersion(): string {
  const main = createRequire(import.meta.url).resolve('sharp');
  const folder = main.slice(0, main.lastIndexOf('sharp') + 'sharp'.length);
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string }).version;
}
