import { COCO_EVAL_OPTIONS } from '../../src/evaluate/coco/types.js';
import { COCO_OPTIONS, MERGE_COCO_OPTIONS } from '../../src/formats/coco.js';
import { CUTOUT_OPTIONS } from '../../src/formats/cutout.js';
import { LABELME_OPTIONS } from '../../src/formats/labelme.js';
import { SAVE_OPTIONS } from '../../src/formats/save.js';
import { SVG_OPTIONS } from '../../src/formats/svg.js';
import { YOLO_OPTIONS } from '../../src/formats/yolo.js';
import { WRITE_SAFETENSORS_OPTIONS } from '../../src/weights/writeSafetensors.js';
import { VAL_OPTIONS } from '../../src/evaluate/valOptions.js';
import { COCO_VAL_OPTIONS } from '../../src/evaluate/valOptions.js';
import { BATCH_OPTIONS } from '../../src/batch/batchOptions.js';
import { BATCH_ROWS } from '../../src/cli/batch/options.js';
import { ENCODE_OPTIONS } from '../../src/formats/format.js';
import { BOOTSTRAP_OPTIONS } from '../../src/studies/bootstrap.js';
import { STUDY_RUN_OPTIONS } from '../../src/studies/runStudy.js';
import { RUN_ROWS } from '../../src/cli/study/options.js';
import { CLIP_OPTIONS } from '../../src/clip/clip.js';
import { DRAW_OPTIONS } from '../../src/draw/drawObjects.js';
import { SHEET_OPTIONS } from '../../src/draw/sheet.js';
import { EXPORT_OPTIONS } from '../../src/export/options.js';
import { POLYGON_OPTIONS } from '../../src/mask/polygons.js';
import { LOAD_OPTIONS } from '../../src/model/loadOptions.js';
import { ACTIVATION_OPTIONS, GRADIENT_OPTIONS, SEGMENT_OPTIONS } from '../../src/model/options.js';
import {
  DETECT_OPTIONS,
  LETTERBOX_OPTIONS,
  NMS_LIMIT_OPTIONS,
  TO_RESULTS_OPTIONS,
} from '../../src/model/stageOptions.js';
import { STREAM_OPTIONS } from '../../src/model/stream.js';
import { WARMUP_OPTIONS } from '../../src/model/warmupOptions.js';
import { TRACK_OPTIONS } from '../../src/model/trackOptions.js';
import { CREATE_OPTIONS } from '../../src/model/untrained.js';
import { PROMPT_OPTIONS } from '../../src/prompt/kinds/list.js';
import type { OptionTable } from '../../src/options/row.js';
import { TEXT_OPTIONS } from '../../src/prompt/textOptions.js';
import { LOGITS_OPTIONS } from '../../src/results/objectLogits.js';
import { GIVEN_IMAGE_OPTIONS } from '../../src/results/givenImage.js';
import { PACK_OPTIONS } from '../../src/results/pack.js';
import { REFINE_OPTIONS } from '../../src/results/refine.js';
import { CREATE_VIDEO_OPTIONS } from '../../src/source/createVideo.js';
import { LIST_IMAGES_OPTIONS } from '../../src/source/listing.js';
import { VIDEO_OPTIONS } from '../../src/source/videoOptions.js';
import { READ_OPTIONS } from '../../src/source/readImage.js';
import { FOLLOW_OPTIONS } from '../../src/track/followPrompt.js';
import { SPARSE_OPTICAL_FLOW_OPTIONS } from '../../src/track/motion/sparseOpticalFlow.js';
import { BYTE_TRACK_OPTIONS, TRACK_TRACK_OPTIONS } from '../../src/track/options.js';

/** The tables by the names of their interfaces; the last two belong to the command line alone. */
export const OPTION_TABLES = {
  LoadOptions: LOAD_OPTIONS,
  WarmupOptions: WARMUP_OPTIONS,
  SegmentOptions: SEGMENT_OPTIONS,
  StreamOptions: STREAM_OPTIONS,
  ActivationOptions: ACTIVATION_OPTIONS,
  LetterboxImageOptions: LETTERBOX_OPTIONS,
  DetectOptions: DETECT_OPTIONS,
  NmsLimitOptions: NMS_LIMIT_OPTIONS,
  ToResultsOptions: TO_RESULTS_OPTIONS,
  LogitsOptions: LOGITS_OPTIONS,
  GradientOptions: GRADIENT_OPTIONS,
  CreateOptions: CREATE_OPTIONS,
  Prompt: PROMPT_OPTIONS,
  TextOptions: TEXT_OPTIONS,
  RefineOptions: REFINE_OPTIONS,
  DrawOptions: DRAW_OPTIONS,
  EncodeOptions: ENCODE_OPTIONS,
  SaveOptions: SAVE_OPTIONS,
  SheetOptions: SHEET_OPTIONS,
  CutoutOptions: CUTOUT_OPTIONS,
  CocoOptions: COCO_OPTIONS,
  MergeCocoOptions: MERGE_COCO_OPTIONS,
  YoloOptions: YOLO_OPTIONS,
  SvgOptions: SVG_OPTIONS,
  LabelmeOptions: LABELME_OPTIONS,
  PolygonOptions: POLYGON_OPTIONS,
  PackOptions: PACK_OPTIONS,
  GivenImageOptions: GIVEN_IMAGE_OPTIONS,
  ReadOptions: READ_OPTIONS,
  ListImagesOptions: LIST_IMAGES_OPTIONS,
  VideoOptions: VIDEO_OPTIONS,
  CreateVideoOptions: CREATE_VIDEO_OPTIONS,
  TrackOptions: TRACK_OPTIONS,
  ByteTrackOptions: BYTE_TRACK_OPTIONS,
  TrackTrackOptions: TRACK_TRACK_OPTIONS,
  FollowOptions: FOLLOW_OPTIONS,
  SparseOpticalFlowOptions: SPARSE_OPTICAL_FLOW_OPTIONS,
  ValOptions: VAL_OPTIONS,
  CocoValOptions: COCO_VAL_OPTIONS,
  CocoEvalOptions: COCO_EVAL_OPTIONS,
  ExportOptions: EXPORT_OPTIONS,
  ClipOptions: CLIP_OPTIONS,
  WriteSafetensorsOptions: WRITE_SAFETENSORS_OPTIONS,
  BatchOptions: BATCH_OPTIONS,
  StudyRequestOptions: STUDY_RUN_OPTIONS,
  BootstrapOptions: BOOTSTRAP_OPTIONS,
  BatchCommandOptions: BATCH_ROWS,
  RunOptions: RUN_ROWS,
} satisfies Readonly<Record<string, OptionTable>>;
