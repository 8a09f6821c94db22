/** Chooses ffmpeg's encoder for a video by the file's name and by what this ffmpeg has. */
import { FastSAMError, invalidArgument } from '../errors.js';
import { lastComplaint, runTool, toolPath } from './ffmpeg.js';

/** How a video is encoded. */
export interface Encoder {
  /** ffmpeg's arguments between the input and the file's name. */
  readonly args: (width: number, height: number) => readonly string[];
  /** Why it is not the usual one. */
  readonly note?: string;
}

/** An encoding, by the name of ffmpeg's encoder. */
interface Codec {
  readonly name: string;
  readonly options: readonly string[];
}

interface Container {
  /** ffmpeg's name of the format. */
  readonly format: string;
  /** The best first. */
  readonly codecs: readonly Codec[];
  readonly options?: readonly string[];
}

/** Visually near the frames, at a speed that does not hold up the network. */
const H264: readonly Codec[] = [
  { name: 'libx264', options: ['-preset', 'veryfast', '-crf', '20'] },
  { name: 'h264_videotoolbox', options: ['-q:v', '65'] },
  { name: 'libopenh264', options: ['-b:v', '8M'] },
  { name: 'mpeg4', options: ['-q:v', '3'] },
];
const VPX = ['-b:v', '0', '-crf', '31', '-deadline', 'realtime', '-cpu-used', '8'];
const FAST_START = ['-movflags', '+faststart']; // a browser can show it before it has all of it

const CONTAINERS: Readonly<Record<string, Container>> = {
  mp4: { format: 'mp4', codecs: H264, options: FAST_START },
  m4v: { format: 'mp4', codecs: H264, options: FAST_START },
  mov: { format: 'mov', codecs: H264, options: FAST_START },
  mkv: { format: 'matroska', codecs: H264 },
  webm: {
    format: 'webm',
    codecs: [
      { name: 'libvpx-vp9', options: [...VPX, '-row-mt', '1'] },
      { name: 'libvpx', options: ['-b:v', '8M', '-crf', '10', '-deadline', 'realtime', '-cpu-used', '8'] },
    ],
  },
  gif: { format: 'gif', codecs: [{ name: 'gif', options: [] }] },
};

/** Endings of files that `createVideo` writes. */
export const VIDEO_FORMATS = Object.keys(CONTAINERS);

const known = new Map<string, Promise<ReadonlySet<string>>>();

/**
 * The encoder for a file.
 * @throws FastSAMError `INVALID_ARGUMENT` for another ending, `PROGRAM_MISSING` where ffmpeg or every encoder is
 *   missing.
 */
export async function chooseEncoder(path: string, signal?: AbortSignal): Promise<Encoder> {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1].toLowerCase() ?? '';
  if (!Object.hasOwn(CONTAINERS, ending)) {
    const endings = VIDEO_FORMATS.map((one) => `.${one}`).join(' ');
    throw invalidArgument(`video: got the name "${path}", expected an ending of ${endings}`);
  }
  const container = CONTAINERS[ending];
  const present = await encoderNames(signal);
  const codec = container.codecs.find(({ name }) => present.has(name));
  const [best] = container.codecs;
  if (!codec) {
    throw new FastSAMError(
      'PROGRAM_MISSING',
      `video: this ffmpeg cannot write .${ending}; install one with ${best.name}`,
    );
  }
  return {
    args: (width, height) => [
      ...['-c:v', codec.name, ...codec.options, ...imageArgs(codec.name, width, height)],
      ...(container.options ?? []),
      ...['-f', container.format],
    ],
    ...(codec !== best && { note: `this ffmpeg lacks ${best.name}: the video is written with ${codec.name}` }),
  };
}

/** Pixel format and colours. */
function imageArgs(codec: string, width: number, height: number): string[] {
  if (codec === 'gif') {
    // One palette a frame; a common one would need all frames in memory.
    return ['-vf', 'split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1'];
  }
  const right = width % 2;
  const bottom = height % 2;
  // Colours are stored at half the size, so sides must be even. The last row or column is repeated, so that nothing
  // moves.
  const even = [`pad=${width + right}:${height + bottom}`, `fillborders=right=${right}:bottom=${bottom}:mode=smear`];
  const filters = [
    ...(right + bottom > 0 ? even : []),
    // Without a declaration players assume BT.709 or BT.601 by the size, so declare it.
    'scale=out_color_matrix=bt709:out_range=tv',
    'format=yuv420p',
  ];
  const tags = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'];
  return ['-vf', filters.join(','), ...tags];
}

/** Names of the encoders that this ffmpeg has; listed once. */
async function encoderNames(signal: AbortSignal | undefined): Promise<ReadonlySet<string>> {
  const path = toolPath('ffmpeg');
  const encoders = known.get(path) ?? listEncoders(signal);
  known.set(path, encoders);
  try {
    return await encoders;
  } catch (error) {
    known.delete(path);
    throw error;
  }
}

async function listEncoders(signal: AbortSignal | undefined): Promise<ReadonlySet<string>> {
  const output = await runTool('ffmpeg', ['-hide_banner', '-encoders'], signal);
  if (output.code !== 0) throw new FastSAMError('PROGRAM_MISSING', `video: ffmpeg fails: ${lastComplaint(output)}`);
  return new Set(output.stdout.split('\n').flatMap((line) => /^ V\S{5} (\S+)/.exec(line)?.[1] ?? []));
}
