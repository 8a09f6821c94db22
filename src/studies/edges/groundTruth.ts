/** The human maps of an image of BSDS500. */
import { invalidArgument } from '../../errors.js';
import { readMat, matrixRows } from '../../evaluate/mat/file.js';
import type { HumanMap } from '../../evaluate/edges/benchmark.js';

/**
 * Reads a file of `groundTruth/`: a cell for each person with a structure that has the table `Boundaries`.
 * @throws FastSAMError `INVALID_ARGUMENT` for a file of another form.
 */
export function readHumanMaps(bytes: Uint8Array, what: string): HumanMap[] {
  const cells = readMat(bytes, what).get('groundTruth');
  if (cells?.kind !== 'cells' || cells.cells.length === 0) {
    throw invalidArgument(`${what}: got no cells "groundTruth", expected a file of BSDS500`);
  }
  return cells.cells.map((cell, i) => {
    const boundaries = cell.kind === 'structs' ? cell.elements.at(0)?.get('Boundaries') : undefined;
    const { data, rows, columns } = matrixRows(boundaries, `${what}: Boundaries of person ${i + 1}`);
    return { data: Uint8Array.from(data, (value) => (value === 0 ? 0 : 1)), width: columns, height: rows };
  });
}
