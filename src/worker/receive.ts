/** Images as the worker gets them, made into inputs of the model. */
import type { PixelBatch, PixelTensor } from '../image/pixels.js';
import type { ImageInput } from '../source/readImage.js';
import type { StreamInput } from '../model/stream.js';
import type { NamedBytes } from '../platform/byteSource.js';
import { receivedError } from './errors.js';
import type { SentImage, SentInput, SentSource, SentTensor } from './protocol.js';
import { joinStrips } from './slices.js';

/** What `segment` takes. */
export async function receivedInput(input: SentInput): Promise<ImageInput | ImageInput[] | PixelBatch> {
  switch (input.kind) {
    case 'one':
      return (await receivedImage(input.image)) as ImageInput;
    case 'list':
      return (await Promise.all(input.images.map(receivedImage))) as ImageInput[];
    case 'batch':
      return receivedTensor(input.batch);
  }
}

/** What `stream` and `track` take. */
export async function receivedImage(sent: SentImage): Promise<StreamInput> {
  switch (sent.kind) {
    case 'address':
      return sent.address;
    case 'value':
      return sent.value;
    case 'strips':
      return joinStrips(sent.strips);
    case 'tensor':
      return receivedTensor(sent);
    case 'file':
      return receivedFile(sent.file);
    case 'failed': {
      const { error } = sent;
      return { shape: [1, 1, 3], dtype: 'int32', data: () => Promise.reject(receivedError(error)) };
    }
    case 'frame': {
      const { image, index, time } = sent;
      // A frame's image may be any input; the model reads it.
      return { image: await receivedImage(image), index, ...(time !== undefined && { time }) } as StreamInput;
    }
  }
}

/** Where weights come from. */
export function receivedSource(source: SentSource): Exclude<SentSource, NamedBytes> {
  return typeof source === 'object' && 'bytes' in source && !(source instanceof Blob) ? receivedFile(source) : source;
}

/** The file, if it has a name. */
function receivedFile({ bytes, name }: NamedBytes): Uint8Array | File {
  return name === undefined ? bytes : new File([bytes as Uint8Array<ArrayBuffer>], name);
}

function receivedTensor({ shape, dtype, values }: SentTensor): PixelTensor {
  return { shape, dtype, data: () => Promise.resolve(values) };
}
