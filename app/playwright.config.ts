import { defineConfig } from '@playwright/test';

/** The built app, from a server that sends no headers of its own. */
const PORT = 4185;
export const OPEN_PORT = 4186;

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: 'line',
  use: {
    actionTimeout: 15_000,
    baseURL: `http://127.0.0.1:${PORT}/`,
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write', 'camera'],
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--enable-unsafe-swiftshader',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        '--enable-precise-memory-info',
        '--js-flags=--expose-gc',
      ],
    },
  },
  webServer: [
    ['../dist-app', PORT] as const,
    ['generated/elsewhere', OPEN_PORT] as const, // the build that may read from other hosts
  ].map(([folder, port]) => ({
    command: `npx tsx e2e/server.ts ${folder} ${port}`,
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
  })),
});
