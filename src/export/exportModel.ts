/** A model in another format: made in memory, then written whole or not at all. */
import { FastSAMError, invalidArgument } from '../errors.js';
import { requireHalfRange } from '../model/halfRange.js';
import type { ModelInfo } from '../model/info.js';
import type { Network } from '../model/network.js';
import { settingsMetadata } from '../model/settingsText.js';
import { requireChoice, requireText } from '../options/requireKind.js';
import { showValue } from '../options/showValue.js';
import { platform } from '../platform/platform.js';
import type { ExportedFile } from './exportedFile.js';
import { exportMetadata, licensed, metadataJson, metadataStrings, metadataYaml } from './metadata.js';
import { EXPORT_FORMATS, planExport, type ExportFormat, type ExportOptions, type ExportPlan } from './options.js';

/** A model to be exported. */
export interface ExportSource {
  readonly network: Network;
  readonly info: ModelInfo;
}

/** What was made. */
export interface ExportResult {
  readonly format: ExportFormat;
  /** The file or folder that was written; undefined where nothing was. */
  readonly path: string | undefined;
  /** Size of all files together. */
  readonly bytes: number;
  readonly files: readonly ExportedFile[];
}

/**
 * @param path the folder (which exists) that gets `NAME.onnx`, `NAME_saved_model/` and so on, or the target itself if it ends in the
 *   format's suffix; null: nothing is written, the files are in the result.
 * @throws FastSAMError `INVALID_ARGUMENT`, `WRITE_FAILED`.
 */
export async function exportModel(
  source: ExportSource,
  format: ExportFormat,
  path: string | null,
  options: ExportOptions = {},
): Promise<ExportResult> {
  const { defaults, architecture } = source.info;
  const plan = planExport(format, options, { imgsz: defaults.imgsz, maxStride: architecture.family.maxStride });
  if (path !== null && typeof path !== 'string') {
    throw invalidArgument(`export: path: got ${showValue(path)}, expected a path, or null for the bytes alone`);
  }
  requireFolded(source.network);
  // safetensors keep such tensors in full precision.
  if (plan.half && format !== 'safetensors') await requireHalfRange(source.network, 'export with half');
  const target = path === null ? undefined : targetOf(path, format, source.info.name);
  if (target !== undefined) await checkTarget(target, plan);
  const files = await MAKERS[format](source, plan);
  if (target !== undefined) await write(target, files, plan);
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  return { format, path: target, bytes, files };
}

type Maker = (source: ExportSource, plan: ExportPlan) => Promise<ExportedFile[]>;

/** Each loads the code of its format when it is called. */
const MAKERS: Readonly<Record<ExportFormat, Maker>> = {
  onnx: async ({ network, info }, plan) => {
    const { exportOnnx } = await import('./onnx/exportOnnx.js');
    const bytes = await exportOnnx(network, plan, metadataStrings(exportMetadata(info, plan)));
    return [{ name: exportName(info.name, 'onnx'), bytes }];
  },
  saved_model: async ({ network, info }, plan) => {
    const { networkGraph } = await import('./graph/networkGraph.js');
    const { SAVED_MODEL_FILE, savedModelBytes } = await import('./graph/savedModel.js');
    const bytes = savedModelBytes(await networkGraph(network, plan), plan.half);
    return [{ name: SAVED_MODEL_FILE, bytes }, metadataYaml(exportMetadata(info, plan))];
  },
  tfjs: async ({ network, info }, plan) => {
    const { stockModel } = await import('./tfjs/stockModel.js');
    const { layersModelFiles } = await import('./tfjs/layersModel.js');
    const { batch, height, width, dynamic } = plan;
    const metadata = exportMetadata(info, plan);
    const model = await stockModel(
      network,
      dynamic ? { batch: null, height: null, width: null } : { batch, height, width },
    );
    try {
      return [...(await layersModelFiles(model, plan.half, { ...metadata })), metadataJson(metadata)];
    } finally {
      model.dispose();
    }
  },
  tfjs_graph: async ({ network, info }, plan) => {
    const { networkGraph } = await import('./graph/networkGraph.js');
    const { graphModelFiles } = await import('./tfjs/graphModel.js');
    const metadata = exportMetadata(info, plan);
    const files = graphModelFiles(await networkGraph(network, plan), plan.half, { ...metadata });
    return [...files, metadataJson(metadata)];
  },
  safetensors: async ({ network, info }, { half }) => {
    const { modelState } = await import('./modelState.js');
    const { writeSafetensors } = await import('../weights/writeSafetensors.js');
    const metadata = {
      author: 'fastsam-tfjs',
      ...licensed(info),
      task: 'segment',
      ...Object.fromEntries(Object.entries(info.defaults).map(([name, value]) => [name, String(value)])),
      names: JSON.stringify(info.classNames),
      ...settingsMetadata(info.architecture.settings),
    };
    const bytes = writeSafetensors(await modelState(network), metadata, { dtype: half ? 'float16' : 'float32' });
    return [{ name: exportName(info.name, 'safetensors'), bytes }];
  },
};

function requireFolded({ folded }: Network): void {
  if (folded) return;
  throw invalidArgument(
    'export: got a model with batch norm as layers, expected it folded into the convolutions; load it without keepBatchNorm',
  );
}

/**
 * Name of the file or folder that a model becomes: `demo`, `demo.pt` -> `demo.onnx`.
 * @throws FastSAMError `INVALID_ARGUMENT` for what is no text, and another format.
 */
export function exportName(model: string, format: ExportFormat): string {
  requireText('model', model);
  requireChoice('format', format, Object.keys(EXPORT_FORMATS));
  return `${model.replace(/\.(pt|safetensors|onnx)$/i, '')}${EXPORT_FORMATS[format].suffix}`;
}

function targetOf(path: string, format: ExportFormat, name: string): string {
  const { suffix } = EXPORT_FORMATS[format];
  const trimmed = path.replace(/[\\/]+$/, '');
  if (trimmed.endsWith(suffix)) return trimmed;
  return platform().joinPath(path, exportName(name, format));
}

/** Before any work is done. */
async function checkTarget(target: string, { format, overwrite }: ExportPlan): Promise<void> {
  const found = await platform().stat(target);
  if (!found) return;
  const isFolder = found.kind === 'folder';
  if (isFolder !== EXPORT_FORMATS[format].folder) throw inTheWay(target, isFolder ? 'a folder' : 'a file');
  if (!overwrite) {
    throw new FastSAMError('WRITE_FAILED', `cannot write ${target}: it exists; name another path or set overwrite`);
  }
}

const inTheWay = (target: string, what: string): FastSAMError =>
  new FastSAMError('WRITE_FAILED', `cannot write ${target}: ${what} is in the way; name another path`);

async function write(target: string, files: readonly ExportedFile[], { format, overwrite }: ExportPlan): Promise<void> {
  const here = platform();
  if (!EXPORT_FORMATS[format].folder) return here.writeFileAtomic(target, files[0].bytes);
  if (!here.writeFolderAtomic) {
    throw new FastSAMError(
      'WRITE_FAILED',
      `cannot write ${target}: a page has no folders, export to null and use the files`,
    );
  }
  await here.writeFolderAtomic(target, files, { overwrite });
}
