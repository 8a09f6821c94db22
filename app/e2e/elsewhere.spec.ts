import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { OPEN_PORT } from '../playwright.config.js';
import { discs, idle, openApp, ROOT } from './support.js';

/** Another host: it has a picture and weights, lets pages read them, and keeps a third file to itself. */
let host: Server;
let origin = '';
const asked: string[] = [];

test.beforeAll(async () => {
  const { buffer } = await discs(320, 240);
  const weights = await readFile(join(ROOT, 'test/golden/layers/tiny.safetensors'));
  host = createServer(({ url = '', headers }, response) => {
    asked.push(`${url} ${headers.cookie ?? ''}`.trim());
    const body = url.endsWith('.safetensors') ? weights : url === '/gone.png' ? undefined : buffer;
    const isOpen = url !== '/closed.png';
    response.writeHead(body ? 200 : 404, {
      'content-type': url.endsWith('.png') ? 'image/png' : 'application/octet-stream',
      ...(isOpen && { 'access-control-allow-origin': '*' }),
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
});

test.afterAll(() => host.close());

test('the build that ships opens no address', async ({ page }) => {
  await openApp(page);
  await expect(page.getByRole('button', { name: 'Open an address' })).toHaveCount(0);
  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect(page.getByRole('button', { name: 'By address' })).toHaveCount(0);
});

test.describe('a build that may', () => {
  test.use({ baseURL: `http://127.0.0.1:${OPEN_PORT}/` });

  test('opens a picture by its address, and says what it cannot', async ({ page }) => {
    const open = async (address: string): Promise<void> => {
      await page.getByRole('button', { name: 'Open an address' }).click();
      await page.getByRole('textbox', { name: 'Address of a picture or a clip' }).fill(address);
      await page.keyboard.press('Enter');
    };
    await openApp(page);
    await open(`${origin}/discs.png`);
    await expect(page.locator('.open-name')).toHaveText('discs.png');
    await expect(page.locator('.pill')).toContainText('object', { timeout: 90_000 });
    await idle(page);
    await open(`${origin}/gone.png`);
    await expect(page.locator('.notices')).toContainText('HTTP 404');
    await open(`${origin}/closed.png`);
    await expect(page.locator('.notices')).toContainText('drop it here');
    await open('no address');
    await expect(page.locator('.notices')).toContainText('begins with https://');
    await expect(page.locator('.open-name')).toHaveText('discs.png');
  });

  test('loads weights by their address', async ({ page }) => {
    await openApp(page);
    await page.getByRole('tab', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'By address' }).click();
    await page.getByRole('textbox', { name: 'Address of weights' }).fill(`${origin}/tiny.safetensors`);
    await page.keyboard.press('Enter');
    await expect(page.locator('.model-name')).toHaveText('tiny.safetensors');
    await expect(page.locator('.facts')).toContainText('WebAssembly', { timeout: 60_000 });
    expect(asked).toContain('/tiny.safetensors');
  });
});
