/** What the package offers, on every platform. */
export type { BatchItem, FoundImage } from './batch/names.js';
export type { BatchSummary } from './batch/overview.js';
export type { BatchRecord, DoneRecord, FailedRecord } from './batch/records.js';
export { mergeBatch, writeBatch, type BatchOptions } from './batch/writeBatch.js';
export { Clip, type ClipOptions } from './clip/clip.js';
export type { ClipConfig } from './clip/weights/config.js';
export type { ExportedFile } from './export/exportedFile.js';
export type { ExportResult } from './export/exportModel.js';
export type { ExportFormat, ExportOptions } from './export/options.js';
export type { Compat } from './compat/reference.js';
export { FastSAMError, type FastSAMErrorCode } from './errors.js';
export type { ValMetrics } from './evaluate/yolo/ap.js';
export { CocoEvaluator, evaluateCoco, type CocoEvalImage } from './evaluate/coco/evaluator.js';
export type { CocoEvaluation, CocoSummary } from './evaluate/coco/evaluation.js';
export type { CocoDataset, CocoDetection, CocoEvalOptions, CocoTruth } from './evaluate/coco/types.js';
export { evaluateProposals, type ProposalTable } from './evaluate/coco/proposals.js';
export * as rows from './options/kinds.js';
export type { Row } from './options/row.js';
export { defineStudy } from './studies/checkStudy.js';
export { runStudy, type StudyEvents, type StudyRequestOptions, type StudyResult } from './studies/runStudy.js';
export type {
  Metric,
  Metrics,
  OpenedStudy,
  Study,
  StudyFile,
  StudyFiles,
  StudyItem,
  StudyOptions,
  StudyRecord,
  StudyRequest,
  StudySettings,
  StudyTable,
  TableContext,
} from './studies/study.js';
export type { ValOptions, ValResult } from './evaluate/val.js';
export { validateCoco, type CocoValOptions, type CocoValResult } from './evaluate/valCoco.js';
export { blendPixel, fillCircle, fillRect, strokeRect, type Canvas } from './draw/canvas.js';
export { drawCaption, drawDashedRect, drawPoint } from './draw/marks.js';
export { contactSheet } from './draw/sheet.js';
export { colourOf, type Rgb } from './draw/palette.js';
export type { DrawOptions } from './draw/drawObjects.js';
export type { Trail } from './draw/trails.js';
export type { Rect } from './geometry/rect.js';
export type { Letterbox } from './image/letterbox.js';
export { readImage, type ImageInput } from './source/readImage.js';
export type { RgbImage } from './image/rgbImage.js';
export { Mask } from './mask/mask.js';
export * as masks from './mask/operations.js';
export type { Polygon } from './mask/polygons.js';
export { decodeRle, encodeRle } from './mask/rle.js';
export type { Rle } from './mask/rleCounts.js';
export type { Architecture } from './model/architecture.js';
export { FastSAM } from './fastsam.js';
export type { LoadOptions } from './model/loadOptions.js';
export type { ModelInfo } from './model/info.js';
export type { TrackPrompt } from './model/objectTracker.js';
export type { ActivationOptions, SegmentOptions } from './model/options.js';
export type { StreamInput, StreamItem, StreamOptions } from './model/stream.js';
export type { TrackerSettings, TrackOptions, TrackSource } from './model/trackStream.js';
export { platform, usePlatform, type Platform } from './platform/platform.js';
export type { OnProgress, ProgressEvent } from './progress.js';
export type { TextImageModel, TextModelSource, TextTokenizer } from './prompt/textModel.js';
export type { Background, TextOptions } from './prompt/textOptions.js';
export type { NotedKind, PromptKind } from './prompt/kinds/kind.js';
export type { Prompt, PromptRecord } from './prompt/kinds/list.js';
export type { MaskSelection } from './prompt/kinds/point.js';
export type { Match, NoMatch, PromptTarget, Selection, TextScore } from './prompt/types.js';
export type { Boxes, Xyxy } from './record/boxes.js';
export type { FramePlace, MaskInputs, ResultsData, SceneRecord, Speed } from './record/record.js';
export type { Masks, ObjectMask } from './record/masks.js';
export {
  mergeCoco,
  type CocoAnnotation,
  type CocoFile,
  type CocoOptions,
  type MergeCocoOptions,
} from './formats/coco.js';
export type { Cutout, CutoutOptions } from './formats/cutout.js';
export type { JsonMask, JsonTextScore, ResultsJson } from './formats/json.js';
export type { RefineOptions } from './results/refine.js';
export { Results, type SegmentedObject } from './results/results.js';
export type { SoftMask } from './record/softMask.js';
export type { Precision } from './runtime/compile/precision.js';
export type { DeviceChoice } from './runtime/device.js';
export { deviceTable, type Device, type DeviceStatus } from './runtime/deviceStatus.js';
export { createVideo, type CreateVideoOptions } from './source/createVideo.js';
export { openVideo, type VideoOptions } from './source/openVideo.js';
export type { Frame, VideoInfo, VideoSink, VideoSource } from './source/types.js';
export { createTracker, TRACKERS, type TrackerName, type TrackerOptions } from './track/createTracker.js';
export { PromptFollower, type Followed, type FollowOptions } from './track/followPrompt.js';
export { SparseOpticalFlow, type SparseOpticalFlowOptions } from './track/motion/sparseOpticalFlow.js';
export type { ByteTrackOptions, TrackTrackOptions } from './track/options.js';
export { Trails } from './track/trails.js';
export type { Affine, CameraMotion, BoxDetections, Tracker, TrackRows } from './track/types.js';
export { CATALOGUE, type CatalogueEntry } from './weights/catalogue.js';
export { type ModelDefaults } from './weights/catalogue.js';
export { readCheckpoint, type Checkpoint } from './weights/checkpoint.js';
export { readSafetensors } from './weights/safetensors.js';
export { writeSafetensors } from './weights/writeSafetensors.js';
export type { StateDict, WeightTensor } from './weights/tensor.js';
export type { YoloOptions } from './formats/yolo.js';
export {
  defineFormat,
  type EncodeOptions,
  type FileContent,
  type FolderFormat,
  type FolderPart,
  type FormatContext,
  type ImageFormat,
  type OutputFormat,
  type RunFormat,
  type RunPart,
  type VideoForm,
} from './formats/format.js';
export { FORMATS } from './formats/list.js';
export type { SaveOptions } from './formats/save.js';
