/** The kinds of video sources: files, network streams, cameras. */
import { FastSAMError, invalidArgument } from '../errors.js';
import { HEAD_BYTES } from '../image/format.js';
import { platform } from '../platform/platform.js';
import { displayUrl } from '../text/displayUrl.js';
import { runTool } from './ffmpeg.js';
import { endingOf, hasVideoEnding } from './kinds.js';
import { checkServedVideo } from './playlists.js';
import { isCamera, isNetworkUrl, isUrl, schemeOf } from './url.js';

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

/** Schemes whose sources cannot wait, so that a slow reader falls behind. */
const LIVE = /^(rtsp|rtmp|srt|udp|rtp|tcp)/;
const DEVICE = /^\/dev\/video\d+$/;

/** No `file`: a playlist on a server must not be able to name files of this machine. */
const NETWORK_PROTOCOLS = 'http,https,httpproxy,tcp,tls,crypto,data,rtsp,rtp,udp,rtmp,rtmps,rtmpt,srt';
/** Nothing else: a playlist in a file must not be able to call a server. */
const FILE_PROTOCOLS = 'file';
/** Containers and streams that hold their frames themselves. Playlists (hls, dash, concat …) name other files. */
const FORMATS =
  'mov,matroska,avi,asf,flv,live_flv,mpeg,mpegts,mpegvideo,m4v,h261,h263,h264,hevc,vc1,av1,obu,ivf,ogg,mxf,gxf,dv,rm,wtv,' +
  'nut,nsv,gif,apng,mjpeg,jpeg_pipe,mpjpeg,yuv4mpegpipe,dirac,cavsvideo,avs2,avs3,dhav,flic';
/** What a server may send beside them. */
const SERVED: Readonly<Partial<Record<string, string>>> = {
  http: 'hls,dash', https: 'hls,dash', rtsp: 'rtsp,rtp,sdp', rtsps: 'rtsp,rtp,sdp', rtp: 'rtp,sdp',
}; // prettier-ignore

/**
 * Whether a text is that of a video: by its ending, its protocol, or as a camera. Animated images count as images. A path
 * that a listing gave is never a camera: `pathOf` sees to it.
 */
export function isVideoName(name: string): boolean {
  if (isCamera(name) || DEVICE.test(name)) return true;
  if (!isNetworkUrl(name)) return !isUrl(name) || schemeOf(name) === 'file' ? hasVideoEnding(name) : false;
  if (LIVE.test(schemeOf(name) ?? '')) return true;
  const path = URL.canParse(name) ? new URL(name).pathname : name;
  return hasVideoEnding(path) || endingOf(path) === 'm3u8';
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
  if (isCamera(text)) return camera(text, text.slice('camera:'.length), signal);
  if (DEVICE.test(text)) return cameraInput(text, 'v4l2', text);
  if (isNetworkUrl(text)) return networkInput(text, signal);
  const path = localPath(text);
  // In browsers, where no program can be started, that error comes first.
  if (platform().programs) await checkFile(path);
  // The explicit protocol keeps a name from being read as an option or another protocol.
  return { kind: 'file', name: path, args: [...allowed(FILE_PROTOCOLS, FORMATS), '-i', `file:${path}`], live: false };
}

/** Whether a source is a file of this machine, not a camera or a server's. */
export function isLocalPath(source: string | URL): boolean {
  const text = String(source);
  return !isCamera(text) && !DEVICE.test(text) && !isNetworkUrl(text) && text !== '' && !text.includes('\0');
}

/** The path of such a source. @throws FastSAMError `INVALID_ARGUMENT` for a `file:` URL of another machine. */
export function localPath(source: string | URL): string {
  const text = String(source);
  return schemeOf(text) === 'file' ? platform().pathOfUrl(text) : text;
}

function allowed(protocols: string, formats: string): string[] {
  return ['-protocol_whitelist', protocols, '-format_whitelist', formats];
}

/** ffmpeg reads a file twice, so it has to be one; and it must not lead to others. */
async function checkFile(path: string): Promise<void> {
  const found = await platform().stat(path);
  if (found === undefined) {
    throw new FastSAMError('FILE_UNREADABLE', `cannot read ${path}: no such file or folder; check the path`);
  }
  const head = new TextDecoder('latin1').decode(await platform().readStart?.(path, HEAD_BYTES));
  if (!/^(\xef\xbb\xbf)?\s*(#EXTM3U|ffconcat|<\?xml[^]*<MPD|<MPD)/.test(head)) return;
  throw new FastSAMError(
    'INVALID_VIDEO',
    `${path}: is a playlist, which could name any file of this machine; give the videos in it themselves`,
  );
}

async function networkInput(given: string, signal: AbortSignal | undefined): Promise<VideoInput> {
  const url = given.trim().replace(/\s/g, encodeURIComponent); // so that ffmpeg's messages hold it as one word
  if (!URL.canParse(url)) throw invalidArgument(`video: got ${given}, expected a valid URL; check its spelling`);
  const scheme = schemeOf(url) ?? '';
  const parsed = new URL(url);
  // For ffmpeg a password ends at its first @ unless that is written %40.
  const address = parsed.username === '' && parsed.password === '' ? url : parsed.href;
  return {
    kind: 'network',
    name: displayUrl(url),
    args: [
      ...allowed(NETWORK_PROTOCOLS, [FORMATS, ...(SERVED[scheme] ? [SERVED[scheme]] : [])].join(',')),
      // UDP is the protocol's default, but lost packets break frames and firewalls block it.
      ...(scheme.startsWith('rtsp') ? ['-rtsp_transport', 'tcp'] : []),
      // The headers hold everything; otherwise ffmpeg would look for a sound track for 5 s.
      ...(scheme.startsWith('rtmp') ? ['-analyzeduration', '1000000'] : []),
      ...['-i', scheme.startsWith('http') ? await checkServedVideo(address, signal) : address],
    ],
    live: LIVE.test(scheme),
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
