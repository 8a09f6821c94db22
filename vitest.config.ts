import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup/requirements.ts'],
    setupFiles: ['test/setup/matchers.ts'],
    // The model called `demo` is a fixed one in the tests, so that the shipped one may change (test/weights/shipped.test.ts).
    env: { FASTSAM_WEIGHTS_DIR: fileURLToPath(new URL('test/golden/networks', import.meta.url)) },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // TensorFlow.js keeps its backend in module state: one process a file, so that files cannot disturb each other.
    pool: 'forks',
  },
});
