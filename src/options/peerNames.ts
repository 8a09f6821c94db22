/** What Ultralytics, SAM and CASIA call their options, and what they are called here. */

/** Their name, ours, and where ours belongs for a caller of another function. */
interface PeerName {
  /** Absent: there is no such option. */
  readonly ours?: string;
  /** What to write instead, where the function at hand does not have `ours`. */
  readonly instead: string;
}

const prompt = (ours: string): PeerName => ({ ours, instead: `give it to prompt({ ${ours} })` });
const segment = (ours: string): PeerName => ({ ours, instead: `give it to segment(image, { ${ours} })` });
const refine = (ours: string): PeerName => ({ ours, instead: `give it to refine({ ${ours}: true })` });
const plot = (ours: string): PeerName => ({ ours, instead: `give it to plot({ ${ours} })` });
const elsewhere = (instead: string): PeerName => ({ instead });

const TEXTS = elsewhere('texts are prompts of their own: promptText(…)');
const DEVICE = elsewhere('it belongs to FastSAM.load');

/** By their names, which are compared without regard to case, `_` and `-`. */
export const PEER_NAMES: Readonly<Record<string, PeerName>> = {
  // Ultralytics: predict, FastSAMPredictor, val, track, plot
  bboxes: prompt('boxes'),
  box: prompt('boxes'),
  point: prompt('points'),
  label: prompt('labels'),
  point_labels: prompt('labels'),
  texts: TEXTS,
  text: TEXTS,
  conf_thres: segment('conf'),
  iou_thres: segment('iou'),
  image_size: segment('imgsz'),
  retina: segment('retinaMasks'),
  max_det: segment('maxDet'),
  retina_masks: segment('retinaMasks'),
  agnostic_nms: elsewhere('NMS looks at the classes of the checkpoint alone, and FastSAM has one; leave it out'),
  vid_stride: { ours: 'stride', instead: 'give it to openVideo(path, { stride })' },
  half: elsewhere("the number format belongs to FastSAM.load(name, { precision: 'fp16' })"),
  single_cls: { ours: 'singleClass', instead: 'give it to val(data, { singleClass })' },
  image_id: { ours: 'imageId', instead: 'give it to toCoco({ imageId })' },
  category_id: { ours: 'categoryId', instead: 'give it to toCoco({ categoryId })' },
  save_conf: { ours: 'saveConf', instead: 'give it to toYolo({ saveConf })' },
  line_width: plot('lineWidth'),
  tracker_type: { ours: 'tracker', instead: 'give it to track(source, { tracker })' },
  persist: elsewhere('a tracker that is handed to track(source, { tracker }) goes on from its last clip'),
  device: DEVICE,
  // SAM and its ports
  point_coords: prompt('points'),
  input_points: prompt('points'),
  input_point: prompt('points'),
  input_labels: prompt('labels'),
  input_label: prompt('labels'),
  input_boxes: prompt('boxes'),
  input_box: prompt('boxes'),
  multimask_output: elsewhere("all masks at a point are the default; prompt({ points, pick: 'best' }) takes one"),
  // CASIA: FastSAMPrompt and Inference.py
  box_prompt: prompt('boxes'),
  point_prompt: prompt('points'),
  point_label: prompt('labels'),
  text_prompt: TEXTS,
  better_quality: refine('clean'),
  withcontours: plot('contours'),
  mask_random_color: plot('colours'),
  // Spellings
  colors: plot('colours'),
  color: plot('colours'),
  dtype: { ours: 'precision', instead: 'it belongs to FastSAM.load' },
  backend: { ours: 'device', instead: 'it belongs to FastSAM.load' },
  provider: DEVICE,
};
