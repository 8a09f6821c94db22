/** Files and folders that are worked on step by step: what batches and long runs need beside whole files. */

/** A file to which lines are appended, one after another. */
export interface LineWriter {
  /**
   * Appends a value as a line of JSON; from then on it survives the process and a power cut. Calls may overlap.
   * @throws FastSAMError `WRITE_FAILED`
   */
  add(value: object): Promise<void>;
  /** Waits for the lines under way. */
  close(): Promise<void>;
}

/** A folder under a temporary name. */
export interface StagedFolder {
  /** Beside the final path; it is empty at first, and goes if the process ends. */
  readonly temporary: string;
  /**
   * Moves it to its name, in the place of an earlier one.
   * @throws FastSAMError `WRITE_FAILED`, also where the earlier one holds files that are named otherwise, but for numbers.
   */
  commit(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}

/** Not in browsers. */
export interface Disk {
  /** Makes a folder and those above it; removes what ended processes left in it. @throws FastSAMError `WRITE_FAILED` */
  makeFolder(path: string): Promise<void>;
  /** The same, and sees that a file can be written there: before the work, not after it. @throws FastSAMError `WRITE_FAILED` */
  requireFolder(path: string): Promise<void>;
  /** A folder that is filled step by step and appears when it is finished. @throws FastSAMError `WRITE_FAILED` */
  stageFolder(path: string): Promise<StagedFolder>;
  /** Names in a folder, sorted; none where there is no folder. @throws FastSAMError `FILE_UNREADABLE` */
  names(folder: string): Promise<string[]>;
  /** Moves a file or folder; a file takes the place of another. @throws FastSAMError `WRITE_FAILED` */
  move(from: string, to: string): Promise<void>;
  /** Removes a file, or a folder with everything in it, if there is one. @throws FastSAMError `WRITE_FAILED` */
  remove(path: string): Promise<void>;
  /** Removes a folder that is empty, and no other one. */
  removeEmpty(folder: string): Promise<void>;
  /** Writes a whole file unless one lies there: of several processes the first one wins. @throws FastSAMError `WRITE_FAILED` */
  writeNew(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Writes a file that is too large for memory; it appears whole or not at all.
   * @param temporary its path until then, on the same file system. Default: beside it.
   * @throws FastSAMError `WRITE_FAILED`
   */
  writePieces(path: string, pieces: Iterable<string> | AsyncIterable<string>, temporary?: string): Promise<void>;
  /**
   * Opens a file of lines.
   * @param flags `a` appends, `w` empties the file first, `ax` and `wx` make a new one.
   * @throws FastSAMError `WRITE_FAILED`
   */
  openLines(path: string, flags: 'a' | 'w' | 'ax' | 'wx'): Promise<LineWriter>;
  /** The lines of a file, one at a time; the last one may be cut off. @throws FastSAMError `FILE_UNREADABLE` */
  readLines(path: string): AsyncIterable<string>;
  /** Whether two paths are the same, or the second lies in the folder that the first one names. */
  isWithin(folder: string, path: string): boolean;
  /** The same with links followed, but for the last step of the path. @throws FastSAMError `FILE_UNREADABLE` */
  isReallyWithin(folder: string, path: string): Promise<boolean>;
  /** A name that no other process gives, on whatever machine: `host-pid-random`. */
  processName(): string;
  /** Whether a name of `processName` belongs to a process of this machine that has ended. */
  hasEnded(name: string): boolean;
}
