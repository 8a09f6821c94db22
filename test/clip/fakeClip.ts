/** Encoders for tests: a crop's feature is its mean colour, a text's the colour that it names. */
import type { TextImageModel } from '../../src/prompt/textModel.js';

const SIZE = 8;
const COLOURS: Readonly<Record<string, readonly [number, number, number]>> = {
  red: [1, 0, 0],
  green: [0, 1, 0],
  blue: [0, 0, 1],
  yellow: [1, 1, 0],
};

/** A model that counts what it is asked. */
export class FakeClip implements TextImageModel {
  readonly config = { imageSize: SIZE, embedDim: 3 };
  readonly logitScale = 100;
  /** Crops and texts of each call. */
  readonly imageCalls: (readonly Uint8Array[])[] = [];
  readonly textCalls: string[][] = [];
  readonly overlong: string[] = [];
  disposed = 0;
  readonly tokenizer = {
    encode: (text: string, overlong: 'truncate' | 'error') => {
      this.overlong.push(overlong);
      return Int32Array.from(text, (letter) => letter.charCodeAt(0));
    },
  };

  encodeImages(pixels: readonly Uint8Array[]): Promise<Float32Array> {
    this.imageCalls.push(pixels);
    return Promise.resolve(rows(pixels.map(meanColour)));
  }

  encodeTokens(tokens: readonly Int32Array[]): Promise<Float32Array> {
    const texts = tokens.map((text) => String.fromCharCode(...text));
    this.textCalls.push(texts);
    return Promise.resolve(rows(texts.map(colourOf)));
  }

  dispose(): void {
    this.disposed++;
  }

  /** Crops seen so far. */
  get seen(): number {
    return this.imageCalls.reduce((sum, { length }) => sum + length, 0);
  }
}

/** The mean of each channel, 0 … 255. */
export function meanColour(pixels: Uint8Array): number[] {
  return [0, 1, 2].map((k) => {
    let sum = 0;
    for (let p = k; p < pixels.length; p += 3) sum += pixels[p];
    return (3 * sum) / pixels.length;
  });
}

function colourOf(text: string): readonly number[] {
  return Object.entries(COLOURS).find(([name]) => text.includes(name))?.[1] ?? [1, 1, 1];
}

function rows(features: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(
    features.flatMap((feature) => {
      const length = Math.hypot(...feature) || 1;
      return feature.map((value) => value / length);
    }),
  );
}
