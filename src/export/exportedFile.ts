/** A file that an export consists of. */
export interface ExportedFile {
  /** Its name, without a folder. */
  readonly name: string;
  readonly bytes: Uint8Array;
}
