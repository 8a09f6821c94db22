/** A network as an ONNX model, laid out as Ultralytics' own export, so that whatever runs the one runs the other. */
import type { Network } from '../../model/network.js';

/** Non-maximum suppression as part of the graph; Ultralytics' names and defaults. */
export interface OnnxNms {
  /** Lowest score, 0…1. Default 0.25. */
  readonly conf?: number;
  /** Overlap above which the lower-scored of two boxes of a class goes, 0…1. Default 0.7. */
  readonly iou?: number;
  /** Rows of the output, most objects a picture. Default 300. */
  readonly maxDet?: number;
}

/** How to write the model. */
export interface OnnxOptions {
  /** Pixels of the input, a side or [height, width], multiples of 32. With `dynamic` only noted in the metadata. */
  readonly imgsz: number | readonly [height: number, width: number];
  /** Any batch, height and width (multiples of 32) instead of fixed ones. Default false. */
  readonly dynamic?: boolean;
  /** Pictures at once; with `dynamic` only noted. Default 1. */
  readonly batch?: number;
  /** NMS in the graph: `true` for its defaults. Default false. */
  readonly nms?: boolean | OnnxNms;
  /** Weights and feature maps in float16; input, boxes, scores and outputs stay float32. Default false. */
  readonly half?: boolean;
  /** ONNX operator set, 13…20. Default 18, as Ultralytics 8.4 with torch 2.4 and later. */
  readonly opset?: number;
  /** Class names by index. Default `object`, or `class 0`, `class 1` … where there are several. */
  readonly names?: Readonly<Record<number, string>>;
  /** More strings for the file, such as a checkpoint's licence, version and date; they win over those made here. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes a network as ONNX.
 *
 * Input `images` [B,3,H,W] float32 RGB 0…1. Outputs: `output0` [B,4+classes+k,A] float32, rows centre x, centre y, width,
 * height (pixels of the input), class scores, k mask coefficients; with `nms` [B,maxDet,6+k]: x1, y1, x2, y2, score,
 * class, coefficients, by descending score, zeros after the last. `output1` [B,k,H/4,W/4]: prototypes.
 * @param network stays the caller's.
 * @throws FastSAMError `INVALID_ARGUMENT` for options out of range, or a model beyond the 2 GB of a protobuf file.
 */
export function exportOnnx(network: Network, options: OnnxOptions): Promise<Uint8Array> {
  return Promise.reject(new Error(`${network.model.name}: not written yet (${String(options.imgsz)})`));
}
