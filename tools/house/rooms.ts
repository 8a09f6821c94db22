/** Files and lines of `src`, room by room. */
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';

export interface Room {
  /** Folder below `src`; `.` for the files that lie in `src` itself. */
  readonly room: string;
  readonly files: number;
  readonly lines: number;
}

/** The rooms of a checkout by name, the files of `src` itself first. */
export async function measureRooms(root: string): Promise<Room[]> {
  const src = join(root, 'src');
  const paths = (await readdir(src, { recursive: true })).filter((path) => path.endsWith('.ts'));
  const rooms = new Map<string, { files: number; lines: number }>();
  for (const path of paths.sort()) {
    const room = roomOf(path);
    const { files, lines } = rooms.get(room) ?? { files: 0, lines: 0 };
    rooms.set(room, { files: files + 1, lines: lines + countLines(await readFile(join(src, path), 'utf8')) });
  }
  return [...rooms].map(([room, size]) => ({ room, ...size })).sort((a, b) => (a.room < b.room ? -1 : 1));
}

/** The room of a file. @param path below `src`. */
export function roomOf(path: string): string {
  const parts = path.split(sep);
  return parts.length > 1 ? parts[0] : '.';
}

function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
