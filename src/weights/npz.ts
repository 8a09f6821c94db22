/** NumPy's `.npz` files: zip archives of `.npy` files, stored or deflated. */
import { requireBytes } from '../options/requireKind.js';
import { invalid } from './byteView.js';
import { readNpy, type NpyArray } from './npy.js';
import { openZip } from './zip.js';

const ENDING = '.npy';

/**
 * Reads all arrays of a file by their names.
 * @throws FastSAMError `INVALID_CHECKPOINT` for an archive that is cut off, damaged or hostile, or holds other things than
 *   arrays; `UNSUPPORTED_CHECKPOINT`, see `readNpy`.
 */
export function readNpz(bytes: Uint8Array): Map<string, NpyArray> {
  requireBytes('npz file', bytes);
  const archive = openZip(bytes);
  return new Map(
    archive.names.map((name) => {
      if (!name.endsWith(ENDING)) {
        throw invalid(`npz file: got an entry ${JSON.stringify(name.slice(0, 80))}, expected names in ${ENDING} alone`);
      }
      return [name.slice(0, -ENDING.length), readNpy(archive.read(name))];
    }),
  );
}
