/** Operating-system errors in the words of this package. */
import { FastSAMError } from '../errors.js';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder; check the path',
  ENOTDIR: 'a part of the path is a file, not a folder; check the path',
  EISDIR: 'it is a folder; name a file',
  EACCES: 'permission denied; change its permissions or use another folder',
  EPERM: 'operation not permitted; change its permissions or use another folder',
  EROFS: 'the file system is read-only; use another folder',
  ENOSPC: 'the disk is full; free some space or use another folder',
  EDQUOT: 'the disk quota is used up; free some space or use another folder',
  EMFILE: 'too many open files; raise the limit (ulimit -n)',
  ENAMETOOLONG: 'the name is too long; use a shorter one',
  ENFILE: 'the system has too many open files; try again later',
  ENOMEM: 'there is no memory left; free some',
  EIO: 'the device or network disk failed; try again or use another one',
  EBUSY: 'another program holds it; try again later',
  ELOOP: 'symbolic links lead in a circle; check the path',
  EFBIG: 'the file is larger than its disk or quota allows; use another folder',
  EXDEV: 'it lies on another disk; use a folder on the same one',
  ERR_FS_FILE_TOO_LARGE: 'the file is larger than 2 GiB; use a smaller one',
  ERR_INVALID_ARG_VALUE: 'the path holds a zero byte; check the path',
};

/** The `code` of Node's errors, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * An error of the operating system in words: `EMFILE, too many open files; raise the limit (ulimit -n)`, with its path where
 * it has one. Undefined for other errors.
 */
export function systemReason(error: unknown): string | undefined {
  const code = codeOf(error);
  if (code === undefined || !(code in REMEDIES)) return undefined;
  const path = error instanceof Error && 'path' in error && typeof error.path === 'string' ? `${error.path}: ` : '';
  return `${path}${code}, ${REMEDIES[code]}`;
}

/** Wraps an error of reading or writing `path`. Errors of this package pass unchanged. */
export function fileError(action: 'read' | 'write', path: string, error: unknown): FastSAMError {
  if (error instanceof FastSAMError) return error;
  const code = codeOf(error);
  const remedy = code === undefined ? undefined : REMEDIES[code];
  const reason = remedy ?? (error instanceof Error ? error.message : String(error));
  return new FastSAMError(
    action === 'read' ? 'FILE_UNREADABLE' : 'WRITE_FAILED',
    `cannot ${action} ${path}: ${code === undefined ? '' : `${code}, `}${reason}`,
    { cause: error },
  );
}
