/** The network families that are known, and which of them a checkpoint is of. */
import type { StateDict } from '../../weights/tensor.js';
import type { NetworkFamily } from './networkFamily.js';
import { YOLOV8_SEG } from './yolov8Seg.js';

/** Every family that can be loaded. */
export const FAMILIES: readonly NetworkFamily[] = [YOLOV8_SEG];

/**
 * The family that a checkpoint is of: one whose head the tensors have. Where several do, the checkpoint's description
 * decides; where none does, the description alone.
 * @param metadata strings of the checkpoint; `yaml_file` and `description` are read.
 * @returns undefined where neither tells.
 */
export function familyOf(
  tensors: StateDict,
  metadata: Readonly<Record<string, string>> = {},
): NetworkFamily | undefined {
  const fitting = FAMILIES.filter((family) => family.hasHead(tensors));
  const named = (family: NetworkFamily): boolean => family.isNamedIn(metadata);
  return fitting.find(named) ?? fitting.at(0) ?? FAMILIES.find(named);
}
