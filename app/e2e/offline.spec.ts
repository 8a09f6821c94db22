import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { ROOT, choose, clickAt, discs, idle, modelReady, openApp } from './support.js';

test('after one visit everything works without a network, and WebAssembly has threads', async ({ page, context }) => {
  await openApp(page);
  await modelReady(page);
  // Files are kept in the order of their names.
  const kept = (): Promise<boolean> =>
    page.evaluate(async () => {
      const names = (await (await caches.open('fastsam-app')).keys()).map(({ url }) => new URL(url).pathname);
      return names.includes('/index.html') && names.some((name) => name.endsWith('threaded-simd.wasm'));
    });
  await expect.poll(kept, { timeout: 60_000 }).toBe(true);
  await context.setOffline(true);
  await page.reload();
  await openApp(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await page.getByRole('button', { name: 'Sample: two lemurs' }).click();
  await expect(page.locator('.pill')).toContainText('WebAssembly', { timeout: 60_000 });
  await clickAt(page, 380, 400);
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('s')]);
  expect(download.suggestedFilename()).toContain('lemurs');
});

test('no request leaves, whatever is done; and none could', async ({ page, context, baseURL }) => {
  const hosts = new Set<string>();
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'blob:' && url.protocol !== 'data:') hosts.add(url.origin);
  });
  await openApp(page);
  await modelReady(page);
  await choose(page, await discs(500, 400));
  await clickAt(page, 140, 200);
  await page.keyboard.press('Control+c');
  await page.getByRole('button', { name: /Look closer/ }).click();
  await idle(page);
  expect([...hosts]).toEqual([new URL(baseURL ?? '').origin]);
  const blocked = await page.evaluate(async () => {
    const refusals: string[] = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => refusals.push(violatedDirective));
    await fetch('http://127.0.0.2:9/').catch(() => undefined);
    const image = new Image();
    image.src = 'http://127.0.0.2:9/pixel.png';
    navigator.sendBeacon('http://127.0.0.2:9/', 'picture');
    await new Promise((resolve) => setTimeout(resolve, 300));
    return refusals;
  });
  expect(blocked).toContain('connect-src');
  expect(blocked).toContain('img-src');
});

test('the policy and the manifest say what they have to', async ({ page, request }) => {
  await openApp(page);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toContain("connect-src 'self'");
  expect(policy).toContain("img-src 'self' blob: data:");
  expect(policy).not.toMatch(/https?:|unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')/);
  const manifest = (await (await request.get('app.webmanifest')).json()) as {
    icons: { src: string }[];
    display: string;
  };
  expect(manifest.display).toBe('standalone');
  for (const { src } of manifest.icons) expect((await request.get(src)).ok()).toBe(true);
});

test('weights and WebAssembly lie in the build once', async () => {
  const { readdir } = await import('node:fs/promises');
  const names = (await readdir(join(ROOT, 'dist-app'), { recursive: true })).map(String);
  expect(names.filter((name) => name.endsWith('.safetensors'))).toEqual(['weights/demo.safetensors']);
  expect(names.filter((name) => name.endsWith('.wasm'))).toHaveLength(3);
  expect(await readFile(join(ROOT, 'dist-app/index.html'), 'utf8')).not.toContain('unsafe-inline');
});
