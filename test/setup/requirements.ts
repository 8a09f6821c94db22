/** What tests need and not every machine has; looked up and printed once a run, before the first test. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import type { TestProject } from 'vitest/node';
import { nativeStatus } from '../../src/platform/native/load.js';

/** Backends beside wasm and plain JavaScript, and programs. */
export type Requirement = 'native' | 'webgpu' | 'chromium' | 'ffmpeg' | 'redis';

/** Why requirements are not met; those that are met are absent. */
export type Missing = Partial<Record<Requirement, string>>;

declare module 'vitest' {
  interface ProvidedContext {
    missing: Missing;
  }
}

/** Programs of which Chromium has several names. */
export const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'] as const;

const CHECKS: Readonly<Record<Requirement, () => string | undefined>> = {
  native: () => (nativeStatus().origin === 'none' ? 'not set up; run: npm run setup -- --cpu' : undefined),
  webgpu: () => absentPackage('webgpu') ?? absentPackage('@tensorflow/tfjs-backend-webgpu'),
  chromium: () => (CHROMIUM.some((name) => answers(name)) ? undefined : 'not installed'),
  ffmpeg: () => (answers('ffmpeg', '-version') && answers('ffprobe', '-version') ? undefined : 'not installed'),
  redis: () => (answers('redis-server') ? undefined : 'redis-server is not installed'),
};

function absentPackage(name: string): string | undefined {
  try {
    createRequire(import.meta.url).resolve(`${name}/package.json`);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'MODULE_NOT_FOUND' ? `the package ${name} is not installed` : undefined;
  }
}

function answers(program: string, question = '--version'): boolean {
  return spawnSync(program, [question]).status === 0;
}

/** Called by Vitest once a run. Tests read the result with `inject('missing')`. */
export function setup(project: TestProject): void {
  const missing: Missing = {};
  for (const [name, check] of Object.entries(CHECKS)) {
    const reason = check();
    if (reason === undefined) continue;
    missing[name as Requirement] = reason;
    console.log(`skipped: tests that need ${name}: ${reason}`);
  }
  project.provide('missing', missing);
}
