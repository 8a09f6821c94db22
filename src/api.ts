/**
 * What the package offers, on every platform. What only some users need has entries of its own: `./arrays`, `./batch`, `./clip`,
 * `./evaluate`, `./studies`, `./track`.
 */
export type { Compat } from './compat/reference.js';
export { blendPixel, fillCircle, fillRect, strokeRect, type Canvas } from './draw/canvas.js';
export type { DrawOptions } from './draw/drawObjects.js';
export { drawCaption, drawDashedRect, drawPoint } from './draw/marks.js';
export { colourOf, type Rgb, type ColourOf } from './draw/palette.js';
export { contactSheet, type SheetCell, type SheetOptions } from './draw/sheet.js';
export type { Trail } from './draw/trails.js';
export { FastSAMError, type FastSAMErrorCode } from './errors.js';
export type { ValResult } from './evaluate/val.js';
export type { ValOptions } from './evaluate/valOptions.js';
export type { ValMetrics, ClassMetrics, Curves } from './evaluate/yolo/ap.js';
export type { ExportedFile } from './export/exportedFile.js';
export type { ExportResult } from './export/exportModel.js';
export type { EXPORT_FORMATS, ExportFormat, ExportOptions } from './export/options.js';
export { FastSAM } from './fastsam.js';
export {
  mergeCoco,
  type CocoAnnotation,
  type CocoFile,
  type CocoOptions,
  type MergeCocoOptions,
} from './formats/coco.js';
export type { Cutout, CutoutOptions } from './formats/cutout.js';
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
export type { JsonImage, JsonMask, JsonTextScore, ResultsJson } from './formats/json.js';
export type { LabelmeFile, LabelmeOptions, LabelmeShape } from './formats/labelme.js';
export { FORMATS } from './formats/list.js';
export type { ImageType } from './formats/page.js';
export type { SaveOptions } from './formats/save.js';
export type { SvgOptions } from './formats/svg.js';
export type { YoloOptions } from './formats/yolo.js';
export type { Anchor } from './geometry/anchors.js';
export type { Rect } from './geometry/rect.js';
export type { Letterbox, PaddingColour } from './image/letterbox.js';
export type { RgbImage } from './image/rgbImage.js';
export type { Window, WindowRecord } from './image/windowRecord.js';
export type { PictureReading } from './source/pictureOptions.js';
export { Mask } from './mask/mask.js';
export * as masks from './mask/operations.js';
export type { NormalisedPolygon, Polygon } from './mask/polygons.js';
export { decodeRle, encodeRle } from './mask/rle.js';
export type { Rle } from './mask/rleCounts.js';
export type { Architecture } from './model/architecture.js';
export type { ActivationSpec, NetworkSettings } from './layers/settings.js';
export type { Prototypes, RawAnchors } from './model/detector.js';
export type { ModelInfo } from './model/info.js';
export type { LetterboxedImage, LetterboxedParts, NetworkImage } from './model/letterboxedImage.js';
export type { LoadOptions } from './model/loadOptions.js';
export type { ImageSize, WarmupResult } from './model/warmup.js';
export type { WarmupOptions } from './model/warmupOptions.js';
export type { Suppression } from './model/nms.js';
export type { TrackPrompt } from './model/objectTracker.js';
export type { RawChanges, RawDetections } from './model/rawDetections.js';
export type { DetectInput } from './model/stages.js';
export type {
  Candidates,
  DetectOptions,
  LetterboxImageOptions,
  NmsLimitOptions,
  SelectCandidates,
  SelectedCandidates,
  ToResultsOptions,
} from './model/stageOptions.js';
export type { Edit, Edits, EditedValue, NestedNumbers } from './model/edits.js';
export type { PredictionScalar } from './model/gradient.js';
export type { NetworkInput } from './model/networkInput.js';
export { NetworkModel } from './model/networkModel.js';
export type { ActivationOptions, GradientOptions, SegmentOptions } from './model/options.js';
export type { Predictions } from './model/predictions.js';
export type { StreamInput, StreamItem, StreamOptions } from './model/stream.js';
export type { TrackerSettings, TrackOptions } from './model/trackOptions.js';
export type { TrackSource } from './model/trackStream.js';
export type { CreateOptions, NetworkSpec } from './model/untrained.js';
export {
  platform,
  usePlatform,
  type Platform,
  type DecodeOptions,
  type FileStat,
  type FolderFile,
  type KeptFile,
  type ListOptions,
  type NativeState,
  type PartialFile,
  type StagedFile,
  type WasmSupport,
  type WasmThread,
  type WebGpuState,
  type Obstacle,
} from './platform/platform.js';
export type { OnProgress, OnStage, ProgressEvent, StageEvent } from './progress.js';
export type { NotedKind, PromptKind } from './prompt/kinds/kind.js';
export type { Prompt, PromptRecord } from './prompt/kinds/list.js';
export type { MaskSelection } from './prompt/kinds/point.js';
export type {
  TextImageModel,
  TextModelSource,
  TextTokenizer,
  Cancellable,
  TextModelOptions,
} from './prompt/textModel.js';
export type { Background, TextOptions } from './prompt/textOptions.js';
export type { Match, NoMatch, PromptTarget, Selection, TextScore } from './prompt/types.js';
export type { Boxes, Xyxy } from './record/boxes.js';
export type { Masks, ObjectMask } from './record/masks.js';
export type { FramePlace, MaskInputs, ResultsData, SceneRecord, Speed } from './record/record.js';
export type { MaskLogits } from './record/maskLogits.js';
export type { SoftMask } from './record/softMask.js';
export type { LogitsOptions } from './results/objectLogits.js';
export type { GivenImageOptions } from './results/givenImage.js';
export {
  packResults,
  unpackResults,
  type PackedMessage,
  type PackedResults,
  type PackOptions,
} from './results/pack.js';
export type { PackedMasks } from './mask/pack.js';
export type { RefineOptions } from './results/refine.js';
export { Results, type SegmentedObject } from './results/results.js';
export {
  type Device,
  type DeviceChoice,
  type WasmPaths,
  type Precision,
  DEVICES,
  DEVICE_CHOICES,
  PRECISIONS,
} from './runtime/choices.js';
export { deviceTable, type DeviceStatus } from './runtime/deviceStatus.js';
export { createVideo, type CreateVideoOptions } from './source/createVideo.js';
export { listImages, type FolderListing, type ListImagesOptions, type PassedOver } from './source/listing.js';
export { openVideo } from './source/openVideo.js';
export type { VideoOptions } from './source/videoOptions.js';
export { readImage, type ImageInput, type DomImage, type PixelData, type ReadOptions } from './source/readImage.js';
export type { Frame, VideoInfo, VideoSink, VideoSource } from './source/types.js';
export type { Sha256List } from './weights/accepted.js';
export { clearCache, listCache, type CachedFile, type CacheContents } from './weights/cache.js';
export {
  CATALOGUE,
  type CatalogueEntry,
  type FileSource,
  type FileVersion,
  type ModelDefaults,
  type PublishedFile,
} from './weights/catalogue.js';
export { readCheckpoint, type Checkpoint } from './weights/checkpoint.js';
export type { Fact, ModuleFacts, Modules } from './weights/moduleFacts.js';
export type { DisplayData } from './options/show.js';
export { safetensorsMetadata } from './weights/checkpointStrings.js';
export { readSafetensors, type Safetensors } from './weights/safetensors.js';
export type { GivenTensor, GivenTensors } from './weights/setState.js';
export type { StateTensor } from './weights/state.js';
export type { StateDict, WeightTensor, WeightDtype } from './weights/tensor.js';
export { writeSafetensors, type WriteSafetensorsOptions } from './weights/writeSafetensors.js';
export type { CachedSegmenter, Segmenter } from './model/segmenter.js';
export type { PixelBatch, PixelTensor, RawPixels, AlphaMode } from './image/pixels.js';
export { NetworkFamily, type FamilyDefinition, type FamilyHead } from './model/families/networkFamily.js';
export type { Ring } from './mask/cornerRings.js';
export type { NmsLimits } from './export/ports.js';
export type { ByteSource } from './platform/byteSource.js';
export type { Canvases, CanvasPixels, DrawingCanvas } from './platform/pageTypes.js';
export type { Disk, LineWriter, StagedFolder } from './platform/diskTypes.js';
export type {
  Programs,
  FrameFeed,
  FrameOutput,
  ProgramOutput,
  ReadFramesOptions,
  PipedFrame,
  ProgramEnd,
} from './platform/programTypes.js';
export type { BoxRule } from './prompt/kinds/box.js';
export type { LayerRow, NominalSize, RowSize } from './model/families/rows.js';
export { type Scale, type Scaling, SCALE_NAMES } from './model/families/scaling.js';
export type { SegmentOutputs, SegmentShape } from './layers/segmentHead.js';
export type { BlockGraph, ConvShape } from './layers/blockGraph.js';
