import { createRequire } from 'node:module';
import { expect, test, type Page } from '@playwright/test';
import { clickAt, openApp } from './support.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds; the policy of the page lets no script in, so it is evaluated. */
async function violations(page: Page): Promise<readonly string[]> {
  const { readFile } = await import('node:fs/promises');
  await page.evaluate(await readFile(AXE, 'utf8'));
  await page.waitForTimeout(400); // colours that fade in
  const found = await page.evaluate(
    async () =>
      (await (window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe.run()).violations,
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, viewport] of [
    ['desk', { width: 1280, height: 800 }],
    ['phone', { width: 390, height: 844 }],
  ] as const) {
    test.describe(`${name}, ${colorScheme}`, () => {
      test.use({ colorScheme, viewport });

      test('axe finds nothing', async ({ page }) => {
        await openApp(page);
        if (name === 'phone') await page.getByRole('button', { name: 'Panel' }).click();
        expect(await violations(page)).toEqual([]);
        for (const tab of ['Export', 'Settings', 'Objects']) {
          await page.getByRole('tab', { name: tab }).click();
          expect(await violations(page), tab).toEqual([]);
        }
        await clickAt(page, 230, 290);
        expect(await violations(page), 'selected').toEqual([]);
        await page.keyboard.press('?');
        expect(await violations(page), 'help').toEqual([]);
      });
    });
  }
}
