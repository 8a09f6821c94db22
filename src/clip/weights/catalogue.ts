/**
 * The CLIP weights that are known by name: OpenAI's with a ViT. The checksums of OpenAI's own files are part of their
 * URLs. The copies on Hugging Face are the same weights in float32 under other names, which are read as well.
 */
import { huggingFace, type FileSource, type FileVersion, type PublishedFile } from '../../weights/catalogue.js';

const OPENAI = 'https://openaipublic.azureedge.net/clip/models/';
const OPENAI_LICENCE =
  'Weights of OpenAI, published under the MIT licence; downloaded at your request, not part of this package.';

/** A copy in another form. */
interface Copy {
  readonly source: FileSource;
  readonly version: FileVersion;
}

function openAi(name: string, file: string, bytes: number, sha256: string, copy?: Copy): PublishedFile {
  return {
    name,
    file,
    sources: [{ url: `${OPENAI}${sha256}/${file}` }, ...(copy ? [copy.source] : [])],
    versions: [{ bytes, sha256 }, ...(copy ? [copy.version] : [])],
    licence: OPENAI_LICENCE,
  };
}

function copyOf(repository: string, bytes: number, sha256: string): Copy {
  return { source: huggingFace(repository, 'pytorch_model.bin'), version: { bytes, sha256 } };
}

export const CLIP_CATALOGUE: readonly PublishedFile[] = [
  openAi(
    'ViT-B/32',
    'ViT-B-32.pt',
    353_976_522,
    '40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af',
    copyOf(
      'openai/clip-vit-base-patch32',
      605_247_071,
      'a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f',
    ),
  ),
  openAi('ViT-B/16', 'ViT-B-16.pt', 350_837_078, '5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f'),
  openAi(
    'ViT-L/14',
    'ViT-L-14.pt',
    932_768_134,
    'b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836',
    copyOf(
      'openai/clip-vit-large-patch14',
      1_710_671_599,
      'f1a17cdbe0f36fec524f5cafb1c261ea3bbbc13e346e0f74fc9eb0460dedd0d3',
    ),
  ),
  openAi(
    'ViT-L/14@336px',
    'ViT-L-14-336px.pt',
    934_088_680,
    '3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02',
  ),
];
