import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup/requirements.ts'],
    setupFiles: ['test/setup/matchers.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // TensorFlow.js keeps its backend in module state: one process a file, so that files cannot disturb each other.
    pool: 'forks',
  },
});
