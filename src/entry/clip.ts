/** `fastsam-tfjs/clip`: CLIP's encoders, for text prompts with encoders of one's own choice and for studies. */
export { Clip, type ClipOptions, type EncodeOptions } from '../clip/clip.js';
export type { ClipConfig } from '../clip/weights/config.js';
