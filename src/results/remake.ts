/** Results with other columns; masks made again from prototypes and coefficients that somebody replaced. */
import { checkNames } from '../options/names.js';
import { referenceOf } from '../compat/references.js';
import { invalidArgument } from '../errors.js';
import type { Mask } from '../mask/mask.js';
import { rasterGeometry, type RasterMode } from '../mask/rasterGeometry.js';
import { prototypeWindow, rasterize } from '../mask/rasterize.js';
import { unletterboxMask } from '../mask/resize.js';
import { logitsIn } from '../record/maskLogits.js';
import { checkColumns, type MaskInputs, type ResultsData } from '../record/record.js';

/** Every column and fact of results. */
const RESULTS_FIELDS = Object.keys({
  ...{ image: 1, boxes: 1, scores: 1, masks: 1, ids: 1, classes: 1, anchors: 1, strides: 1, trackIds: 1, frame: 1 },
  ...{ speed: 1, model: 1, imgsz: 1, device: 1, precision: 1, promptKind: 1, letterbox: 1, compat: 1, maskInputs: 1 },
  ...{ textModel: 1, names: 1, promptRecord: 1, matches: 1, edited: 1 },
} satisfies Record<keyof ResultsData, 1>);

/**
 * See `Results.with`.
 * @throws FastSAMError `INVALID_ARGUMENT`.
 */
export function changed<D extends ResultsData>(data: D, changes: Partial<ResultsData>): D {
  checkNames(changes, RESULTS_FIELDS);
  const all = { ...data, ...changes };
  const { maskInputs } = changes;
  if (!maskInputs || changes.masks || maskInputs === data.maskInputs) return all;
  return { ...all, masks: remakeMasks(all, maskInputs) };
}

/**
 * The masks that `inputs` give, as `segment` makes them; other order of sums, so that a pixel on a border may differ.
 * @throws FastSAMError `INVALID_ARGUMENT` for arrays of wrong lengths, and for prototypes of another network input.
 */
function remakeMasks(data: ResultsData, inputs: MaskInputs): Mask[] {
  checkColumns({ ...data, maskInputs: inputs });
  const { letterbox, compat, scores } = data;
  const { raster, keepsLetterbox } = referenceOf(compat).masks;
  const { crops = data.boxes, retina = true, threshold } = inputs;
  const mode: RasterMode = { rule: raster, retina, ...(threshold !== undefined && { threshold }) };
  checkGrid(inputs, rasterGeometry(letterbox, mode));
  return Array.from(scores, (_, i) => {
    const box = crops.subarray(4 * i, 4 * i + 4);
    const window = prototypeWindow(box, letterbox, mode);
    const mask = rasterize(logitsIn(inputs, i, window), window, box, letterbox, mode);
    return retina || keepsLetterbox ? mask : unletterboxMask(mask, letterbox);
  });
}

function checkGrid(
  { width, height }: MaskInputs,
  { prototypeWidth, prototypeHeight }: { readonly prototypeWidth: number; readonly prototypeHeight: number },
): void {
  if (width === prototypeWidth && height === prototypeHeight) return;
  throw invalidArgument(
    `maskInputs: got prototypes of ${width} x ${height} cells, expected ${prototypeWidth} x ${prototypeHeight}, a quarter ` +
      "of the results' network input; give prototypes of an input of that size",
  );
}
