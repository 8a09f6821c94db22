/** The system's ffmpeg and ffprobe: where they are, and what they say when something is wrong. */
import { FastSAMError, throwIfAborted } from '../errors.js';
import { platform, type Program, type ProgramEnd } from '../platform/platform.js';

/** Names another ffmpeg than the one in PATH; ffprobe is looked for beside it. */
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
 * Starts a tool.
 * @throws FastSAMError `PROGRAM_MISSING` in browsers.
 */
export function startTool(tool: Tool, args: readonly string[], kind: 'read' | 'feed'): Program {
  const here = platform();
  if (!here.startProgram) {
    throw new FastSAMError(
      'PROGRAM_MISSING',
      'video: files, cameras and streams are read and written by ffmpeg, which a browser does not have; give segment or stream the <video> element',
    );
  }
  return here.startProgram(toolPath(tool), args, kind);
}

/** Output of a tool that runs to its end. */
export interface ToolOutput extends ProgramEnd {
  readonly stdout: string;
}

/**
 * Runs a tool to its end; a failure of its own is no error here.
 * @throws FastSAMError `PROGRAM_MISSING`, `ABORTED`.
 */
export async function runTool(tool: Tool, args: readonly string[], signal?: AbortSignal): Promise<ToolOutput> {
  throwIfAborted(signal);
  const program = startTool(tool, args, 'read');
  signal?.addEventListener('abort', program.kill);
  try {
    const decoder = new TextDecoder();
    let stdout = '';
    for await (const chunk of program.stdout) stdout += decoder.decode(chunk, { stream: true });
    const end = await program.ended;
    throwIfAborted(signal);
    if (end.code === undefined) throw missingTool(tool);
    return { ...end, stdout };
  } finally {
    signal?.removeEventListener('abort', program.kill);
  }
}

/** What a tool that could not be started means to the user. */
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

/** The line that tells most about a failure: the last one, without the address of the part of ffmpeg that wrote it. */
export function lastComplaint({ code, complaints }: ProgramEnd): string {
  const line = complaints
    .at(-1)
    ?.replace(/^(\[[^\]]*\]\s*)+/, '')
    .replace(/^file:/, '')
    .trim();
  return line === undefined || line === '' ? `it ended with code ${code ?? 'none'}` : line;
}
