/** Clips that the tests make with ffmpeg, and whether there is one. */
import { spawnSync } from 'node:child_process';
import { inject } from 'vitest';

/** Tests that need ffmpeg are skipped without it. */
export const HAS_FFMPEG = inject('missing').ffmpeg === undefined;

/** Runs ffmpeg; a failure fails the test. */
export function ffmpeg(...args: string[]): Buffer {
  const { status, stdout, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { maxBuffer: 1e9 });
  if (status !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${stderr.toString()}`);
  return stdout;
}

/** A clip of moving RGB bars without loss (FFV1), with an image of its own in each frame. */
export function losslessClip(path: string, size: string, frames: number, rate = 25): void {
  const source = `testsrc=s=${size}:r=${rate},format=bgr0`;
  ffmpeg('-f', 'lavfi', '-i', source, '-frames:v', String(frames), '-c:v', 'ffv1', '-g', '1', path);
}

/** What ffprobe says of a file's images, frames counted by decoding them. */
export function probe(path: string): { codec: string; width: number; height: number; frames: number } {
  const entries = 'stream=codec_name,width,height,nb_read_frames';
  const args = ['-v', 'error', '-count_frames', '-show_entries', entries, '-of', 'json', path];
  const { stdout } = spawnSync('ffprobe', args);
  const report = JSON.parse(stdout.toString()) as {
    streams: { codec_name: string; width: number; height: number; nb_read_frames: string }[];
  };
  const [{ codec_name: codec, width, height, nb_read_frames: frames }] = report.streams;
  return { codec, width, height, frames: Number(frames) };
}

/** Children of this process that are not gone, zombies included, whose names begin so. */
export function childPrograms(prefix = 'ff'): string[] {
  const { stdout } = spawnSync('ps', ['-o', 'comm=', '--ppid', String(process.pid)]);
  return stdout
    .toString()
    .split('\n')
    .filter((name) => name.startsWith(prefix));
}
