/** The system's ffmpeg and ffprobe: where they are, and their errors. */
import { FastSAMError, throwIfAborted } from '../errors.js';
import { platform } from '../platform/platform.js';
import type { ProgramEnd, ProgramOutput, Programs } from '../platform/programTypes.js';

/** Environment variable with the path of ffmpeg, if not the one in PATH. ffprobe is expected beside it. */
const VARIABLE = 'FASTSAM_FFMPEG';

export type Tool = 'ffmpeg' | 'ffprobe';

/** Path or name of a tool. */
export function toolPath(tool: Tool): string {
  const given = platform().env(VARIABLE);
  if (given === undefined || given === '') return tool;
  // Only the last part of the path: folders may be called ffmpeg too.
  return tool === 'ffmpeg' ? given : given.replace(/ffmpeg(?=[^/\\]*$)/i, 'ffprobe');
}

/**
 * What runs programs here.
 * @throws FastSAMError `PROGRAM_MISSING` in browsers.
 */
export function programs(): Programs {
  const { programs } = platform();
  if (programs) return programs;
  throw new FastSAMError(
    'PROGRAM_MISSING',
    'video: files, cameras and streams are read and written by ffmpeg, which a browser does not have; give segment or stream the <video> element',
  );
}

/**
 * Runs a tool to its end. Its own failure is no error here.
 * @throws FastSAMError `PROGRAM_MISSING`, `ABORTED`.
 */
export async function runTool(tool: Tool, args: readonly string[], signal?: AbortSignal): Promise<ProgramOutput> {
  throwIfAborted(signal);
  const output = await programs().run(toolPath(tool), args, signal);
  throwIfAborted(signal);
  if (output.code === undefined) throw missingTool(tool);
  return output;
}

/**
 * A signal for one video that fires with the caller's. Many videos may share the caller's, and Node warns of a leak at
 * eleven listeners.
 */
export function ownSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  return signal && AbortSignal.any([signal]);
}

/** The error of a tool that could not be started. */
export function missingTool(tool: Tool): FastSAMError {
  const given = platform().env(VARIABLE);
  const install = 'apt install ffmpeg, brew install ffmpeg, choco install ffmpeg';
  return new FastSAMError(
    'PROGRAM_MISSING',
    given
      ? `video: ${VARIABLE} is ${given}, but ${toolPath(tool)} cannot be started; give the path of an ffmpeg with ffprobe beside it`
      : `video: ${tool} was not found, which reads and writes videos; install it (${install}) or give its path in ${VARIABLE}`,
  );
}

/** What ffmpeg says at the end of every failure, after the reason. */
const NO_REASON =
  /^(Error marking filters|Error while (filtering|processing)|Cannot determine format|Conversion failed|Nothing was)/;

/** The most telling line of a failure: the last one, without the address of the part of ffmpeg that wrote it. */
export function lastComplaint({ code, complaints }: ProgramEnd): string {
  if (code === -1) return 'it was killed';
  const line = (complaints.findLast((one) => !NO_REASON.test(one)) ?? complaints.at(-1))
    ?.replace(/^(\[[^\]]*\]\s*)+/, '')
    .replace(/^file:/, '')
    .trim();
  return line === undefined || line === '' ? `it ended with code ${code ?? 'none'}` : line;
}
