/** `fastsam-tfjs/export`: what `FastSAM.export` can write, for programs that offer a choice of it. */
export type { ExportedFile } from '../export/exportedFile.js';
export { exportName, type ExportResult } from '../export/exportModel.js';
export { EXPORT_FORMATS, type ExportFormat, type ExportOptions } from '../export/options.js';
export type { NmsLimits } from '../export/ports.js';
