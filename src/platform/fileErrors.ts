/** Operating-system errors in the words of this package. */
import { FastSAMError } from '../errors.js';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder, check the path',
  ENOTDIR: 'a part of the path is a file, not a folder, check the path',
  EISDIR: 'it is a folder, name a file',
  EACCES: 'permission denied, change its permissions or use another place',
  EPERM: 'operation not permitted, change its permissions or use another place',
  EROFS: 'the file system is read-only, use another place',
  ENOSPC: 'the disk is full, free some space or use another place',
  EDQUOT: 'the disk quota is used up, free some space or use another place',
  EMFILE: 'too many open files, close some or raise the limit',
  ENAMETOOLONG: 'the name is too long, use a shorter one',
  ERR_FS_FILE_TOO_LARGE: 'the file is larger than 2 GiB, use a smaller one',
  ERR_INVALID_ARG_VALUE: 'the path holds a zero byte, check the path',
};

/** The `code` that Node puts on its errors, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Wraps an error that reading or writing `path` ran into; errors of this package pass unchanged. */
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
