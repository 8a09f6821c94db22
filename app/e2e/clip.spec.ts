import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { ROOT, bytesOf, choose, clickAt, idle, openApp } from './support.js';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

/** A second of the first sample, moving by. */
function makeClip(ending: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'fastsam-clip-')), `moving.${ending}`);
  const filter = "crop=480:320:x='60+40*t':y='60+20*t',fps=10";
  const input = ['-loop', '1', '-i', join(ROOT, 'examples/citrus.jpg')];
  spawnSync('ffmpeg', ['-y', '-loglevel', 'error', ...input, '-vf', filter, '-t', '1', '-pix_fmt', 'yuv420p', path]);
  return path;
}

for (const ending of ['mp4', 'webm']) {
  test(`an object is followed through a clip (${ending}), and saved as masks and as a video`, async ({ page }) => {
    test.skip(!hasFfmpeg, 'ffmpeg is not installed');
    await openApp(page);
    await choose(page, makeClip(ending));
    await clickAt(page, 190, 200);
    await page.getByRole('button', { name: 'Follow 10 frames' }).click();
    await expect(page.locator('.notices')).toContainText('Followed through 10 frames', { timeout: 90_000 });
    await idle(page);
    const [masks] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save masks' }).click(),
    ]);
    const files = Object.entries(unzipSync(await bytesOf(masks)));
    expect(files).toHaveLength(10);
    const places = await Promise.all(files.map(async ([, bytes]) => (await sharp(bytes).trim().toBuffer({ resolveWithObject: true })).info)); // prettier-ignore
    expect(places.every(({ width, height }) => width > 100 && height > 100)).toBe(true);
    const [video] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save video' }).click(),
    ]);
    expect(video.suggestedFilename()).toBe('moving_cutout.webm');
    const probe = ['-v', 'error', '-count_frames', '-show_entries', 'stream=width,height,nb_read_frames:stream_tags=alpha_mode', '-of', 'json']; // prettier-ignore
    const { stdout } = spawnSync('ffprobe', [...probe, await video.path()], { encoding: 'utf8' });
    const [stream] = (JSON.parse(stdout.toLowerCase()) as { streams: Record<string, unknown>[] }).streams;
    expect(stream).toMatchObject({ width: 480, height: 320, nb_read_frames: '10', tags: { alpha_mode: '1' } });
  });
}
