/** The kinds of video sources: files, network streams, cameras. */
import { FastSAMError, invalidArgument } from '../errors.js';
import { platform } from '../platform/platform.js';
import { displayUrl } from '../text/displayUrl.js';
import { runTool } from './ffmpeg.js';

/** The arguments with which ffmpeg and ffprobe read a source. */
export interface VideoInput {
  readonly kind: 'file' | 'network' | 'camera';
  /** For messages and records: the path of a file, a URL without its secrets. */
  readonly name: string;
  /** Arguments before the output's; the last two are `-i` and the source. */
  readonly args: readonly string[];
  /** Whether frames come in real time, also when nobody reads them. */
  readonly live: boolean;
}

const NETWORK = /^(https?|rtsps?|rtmps?|rtmpt|srt|udp|rtp|tcp):\/\//i;
/** Whether they cannot wait, so that a slow reader falls behind. */
const LIVE = /^(rtsp|rtmp|srt|udp|rtp|tcp)/i;
const CAMERA = /^camera:/i;
const DEVICE = /^\/dev\/video\d+$/;

/** No `file`: a playlist on a server must not be able to name files of this machine. */
const NETWORK_PROTOCOLS = 'http,https,httpproxy,tcp,tls,crypto,data,rtsp,rtp,udp,rtmp,rtmps,rtmpt,srt';
/** Nothing else: a playlist in a file must not be able to call a server. */
const FILE_PROTOCOLS = 'file';

/** Endings of video files. */
const VIDEO_ENDINGS: ReadonlySet<string> = new Set(
  'mp4 m4v mov avi mkv webm wmv flv mpg mpeg ts m2ts mts 3gp ogv asf'.split(' '),
);

/** Whether a name is that of a video: by its ending, its protocol, or as a camera. Animated GIFs count as images. */
export function isVideoName(name: string): boolean {
  if (CAMERA.test(name) || DEVICE.test(name) || LIVE.test(NETWORK.exec(name)?.[1] ?? '')) return true;
  const path = NETWORK.test(name) && URL.canParse(name) ? new URL(name).pathname : name;
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1].toLowerCase() ?? '';
  return VIDEO_ENDINGS.has(ending) || (ending === 'm3u8' && NETWORK.test(name));
}

/**
 * How ffmpeg reads a source.
 * @param source path, `file:` URL, URL of a stream, `camera:0`, `camera:NAME`, `/dev/video0`.
 * @throws FastSAMError `INVALID_ARGUMENT`, `FILE_UNREADABLE`, and what listing cameras throws.
 */
export async function videoInput(source: string | URL, signal?: AbortSignal): Promise<VideoInput> {
  const text = String(source);
  if (text === '') {
    throw invalidArgument('video: got an empty name, expected a path, a URL or a camera');
  }
  if (text.includes('\0')) {
    throw invalidArgument('video: got a name with a zero byte, expected a path, a URL or a camera');
  }
  if (CAMERA.test(text)) return camera(text, text.slice('camera:'.length), signal);
  if (DEVICE.test(text)) return cameraInput(text, 'v4l2', text);
  if (NETWORK.test(text)) return networkInput(text);
  const path = /^file:/i.test(text) ? platform().pathOfUrl(text) : text;
  // In browsers, where no program can be started, that error comes first.
  if (platform().programs && (await platform().stat(path)) === undefined) {
    throw new FastSAMError('FILE_UNREADABLE', `cannot read ${path}: no such file or folder; check the path`);
  }
  // The explicit protocol keeps a name from being read as an option or another protocol.
  return { kind: 'file', name: path, args: ['-protocol_whitelist', FILE_PROTOCOLS, '-i', `file:${path}`], live: false };
}

function networkInput(given: string): VideoInput {
  const url = given.trim().replace(/\s/g, encodeURIComponent); // so that ffmpeg's messages hold it as one word
  if (!URL.canParse(url)) throw invalidArgument(`video: got ${given}, expected a URL; check its spelling`);
  const parsed = new URL(url);
  const { protocol, username, password } = parsed;
  return {
    kind: 'network',
    name: displayUrl(url),
    args: [
      ...['-protocol_whitelist', NETWORK_PROTOCOLS],
      // UDP is the protocol's default, but lost packets break frames and firewalls block it.
      ...(/^rtsp/i.test(protocol) ? ['-rtsp_transport', 'tcp'] : []),
      // The headers hold everything; otherwise ffmpeg would look for a sound track for 5 s.
      ...(/^rtmp/i.test(protocol) ? ['-analyzeduration', '1000000'] : []),
      // For ffmpeg a password ends at its first @ unless that is written %40.
      ...['-i', username === '' && password === '' ? url : parsed.href],
    ],
    live: LIVE.test(protocol),
  };
}

/** Cameras by the system that they are plugged into. */
async function camera(name: string, which: string, signal: AbortSignal | undefined): Promise<VideoInput> {
  if (which === '') {
    throw invalidArgument('video: got "camera:", expected its number or name, such as camera:0');
  }
  const numbered = /^\d+$/.test(which);
  switch (platform().os) {
    case 'darwin':
      return cameraInput(name, 'avfoundation', `${which}:none`, ['-framerate', '30']);
    case 'win32':
      return cameraInput(name, 'dshow', `video=${numbered ? await directShowName(Number(which), signal) : which}`);
    default:
      return cameraInput(name, 'v4l2', numbered ? `/dev/video${which}` : which);
  }
}

function cameraInput(name: string, format: string, device: string, options: readonly string[] = []): VideoInput {
  return { kind: 'camera', name, args: ['-f', format, ...options, '-i', device], live: true };
}

/** DirectShow knows cameras by name only. */
async function directShowName(number: number, signal: AbortSignal | undefined): Promise<string> {
  const args = ['-hide_banner', '-list_devices', 'true', '-f', 'dshow', '-i', 'dummy'];
  const { complaints } = await runTool('ffmpeg', args, signal);
  const names = complaints.flatMap((line) => /"([^"]+)" \(video\)/.exec(line)?.[1] ?? []);
  const name = names.at(number);
  if (name === undefined) {
    const known = names.length === 0 ? 'there is none' : `there are ${names.map((one) => `"${one}"`).join(', ')}`;
    throw invalidArgument(`video: got camera:${number}, but ${known}; plug it in or name it`);
  }
  return name;
}
