/** Live streams that are really opened: each client gets an ffmpeg of its own that serves it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { openVideo } from '../../src/source/openVideo.js';
import { fastsam } from '../support/cli.js';
import { HAS_FFMPEG, probe } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { freePort } from '../support/freePort.js';

usePlatform(nodePlatform);

const KINDS = {
  rtmp: { format: 'flv', codec: ['-c:v', 'flv1', '-g', '5'], path: '/live/one' },
  http: { format: 'mpegts', codec: ['-c:v', 'mpeg2video', '-g', '5'], path: '/live.ts' },
} as const;
type Kind = keyof typeof KINDS;

/** Connects as soon as a server listens; undefined if it ends before. */
async function reach(port: number, server: ChildProcess): Promise<Socket | undefined> {
  while (server.exitCode === null && server.signalCode === null) {
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const attempt = connect(port, '127.0.0.1', () => {
        resolve(attempt);
      });
      attempt.on('error', () => {
        resolve(undefined);
      });
    });
    if (socket) return socket;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

/** A server of an endless stream of 64 x 48 at 25 frames a second. ffmpeg's own serves one client in its life. */
class LiveServer {
  readonly servers: ChildProcess[] = [];
  readonly #kind: Kind;
  readonly #relay: Server;

  constructor(kind: Kind) {
    this.#kind = kind;
    this.#relay = createServer((client) => void this.#serve(client));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#relay.listen(0, '127.0.0.1', resolve));
    const { port } = this.#relay.address() as AddressInfo;
    return `${this.#kind}://127.0.0.1:${port}${KINDS[this.#kind].path}`;
  }

  stop(): void {
    this.#relay.close();
    for (const server of this.servers) server.kill('SIGKILL');
  }

  async #serve(client: Socket): Promise<void> {
    const { format, codec, path } = KINDS[this.#kind];
    const port = await freePort();
    const source = ['-re', '-f', 'lavfi', '-i', 'testsrc=s=64x48:r=25', ...codec];
    const target = ['-f', format, '-listen', '1', `${this.#kind}://127.0.0.1:${port}${path}`];
    const server = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...source, ...target], { stdio: 'ignore' });
    this.servers.push(server);
    const upstream = await reach(port, server);
    if (!upstream) {
      client.destroy();
      return;
    }
    client.on('error', () => undefined).on('close', () => server.kill('SIGKILL'));
    upstream.on('error', () => undefined).on('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  }
}

describe.skipIf(!HAS_FFMPEG)('live', () => {
  const folder = temporaryFolder();
  let server: LiveServer | undefined;

  afterEach(() => {
    server?.stop();
  });

  async function serve(kind: Kind): Promise<string> {
    server = new LiveServer(kind);
    return server.start();
  }

  test.each(['rtmp', 'http'] as const)('%s: frames and times, and an end when the loop is left', async (kind) => {
    const video = await openVideo(await serve(kind), { timeout: 20 });
    expect(video.info).toEqual({ width: 64, height: 48, fps: 25 });
    const times: number[] = [];
    for await (const { image, time } of video) {
      expect(image.data).toHaveLength(64 * 48 * 3);
      times.push(time ?? NaN);
      if (times.length === 12) break;
    }
    for (let i = 1; i < times.length; i++) expect(times[i]).toBeGreaterThan(times[i - 1]);
    expect(video.warnings).toEqual([]);
  });

  test('rtmp: who is slow gets the newest frames, not the oldest', async () => {
    const video = await openVideo(await serve('rtmp'), { timeout: 20 });
    const seen: number[] = [];
    for await (const { index } of video) {
      if (seen.push(index) === 6) break;
      await new Promise((resolve) => setTimeout(resolve, 400)); // ten frames
    }
    expect(seen[5] - seen[1]).toBeGreaterThan(20);
  });

  test('rtmp: a server that dies ends the loop and is told; what it asked for itself is not', async () => {
    const url = await serve('rtmp');
    const video = await openVideo(url, { timeout: 20 });
    const seen: number[] = [];
    for await (const { index } of video) if (seen.push(index) === 5) server?.stop();
    expect(seen.length).toBeGreaterThanOrEqual(5);
    expect(video.warnings.at(-1)).toMatch(/^the stream ended after \d+ frames: its server closed it$/);
    const short = await openVideo(await serve('rtmp'), { timeout: 20, maxFrames: 3 });
    const few: number[] = [];
    for await (const { index } of short) few.push(index);
    expect(few).toHaveLength(3);
    expect(short.warnings).toEqual([]);
  });

  test('rtmp: a server that falls silent is an error in time', async () => {
    const video = await openVideo(await serve('rtmp'), { timeout: 5 });
    const seen: number[] = [];
    const loop = (async () => {
      for await (const { index } of video) if (seen.push(index) === 3) server?.servers.at(-1)?.kill('SIGSTOP');
    })();
    await expect(loop).rejects.toMatchObject({
      code: 'INVALID_VIDEO',
      message: expect.stringMatching(/no frame came for 5 s/) as string,
    });
  });

  test.each(['rtsp', 'rtmp', 'http'])('%s: a server that never answers is an error in time', async (scheme) => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    await expect(openVideo(`${scheme}://127.0.0.1:${port}/a.ts`, { timeout: 1 })).rejects.toMatchObject({
      code: 'INVALID_VIDEO',
      message: expect.stringMatching(/did not answer within 1 s/) as string,
    });
    mute.close();
  });

  test('Ctrl-C keeps what was written of a live stream', async () => {
    const url = await serve('rtmp');
    const args = ['segment', url, '--device', 'wasm', '--out', 'out', '--format', 'png,json', '--json'];
    let printed = 0;
    const { code, stderr } = await fastsam(args, {
      cwd: folder,
      watch: (child) => {
        child.stdout?.on('data', () => {
          if (++printed === 5) child.kill('SIGINT');
        });
      },
    });
    expect(code).toBe(130);
    const out = join(folder, 'out');
    expect(stderr).toMatch(/\d+ frames.*one\.mp4/);
    const lines = readFileSync(join(out, 'one.jsonl'), 'utf8').trim().split('\n').length;
    expect(lines).toBeGreaterThanOrEqual(5);
    expect(probe(join(out, 'one.mp4')).frames).toBe(lines);
  }, 180_000);
});
