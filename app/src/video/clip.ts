/** A clip that is open: its frames, read by the browser's own decoders. */
import { ALL_FORMATS, BlobSource, CanvasSink, Input, type InputVideoTrack } from 'mediabunny';

/** Longest clip, in seconds; what comes after is left out. */
export const LONGEST = 120;
/** Longer side of frames, in pixels; larger ones are scaled down. */
const LARGEST = 1920;

/** A frame on its canvas, which the next one may take. */
export interface ClipFrame {
  readonly canvas: HTMLCanvasElement | OffscreenCanvas;
  /** Number from 0, of those that are read. */
  readonly index: number;
  /** Seconds since the beginning. */
  readonly time: number;
}

export class Clip {
  private constructor(
    readonly name: string,
    /** Seconds that are read. */
    readonly duration: number,
    /** The clip is longer. */
    readonly shortened: boolean,
    /** Pixels of the frames that are read. */
    readonly width: number,
    readonly height: number,
    /** Frames a second of the file. */
    readonly rate: number,
    readonly track: InputVideoTrack,
  ) {}

  /** @throws Error where this browser cannot read the file */
  static async open(file: File): Promise<Clip> {
    const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
    const track = await input.getPrimaryVideoTrack();
    if (!track) throw new Error('there is no video in the file');
    if (!(await track.canDecode())) throw new Error(`this browser does not decode ${(await track.getCodec()) ?? 'it'}`);
    const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
    const whole = await track.computeDuration();
    const { averagePacketRate } = await track.computePacketStats(100);
    const gain = Math.min(1, LARGEST / Math.max(width, height));
    return new Clip(
      file.name,
      Math.min(whole, LONGEST),
      whole > LONGEST,
      // Encoders want even sides.
      Math.max(2, 2 * Math.round((width * gain) / 2)),
      Math.max(2, 2 * Math.round((height * gain) / 2)),
      averagePacketRate,
      track,
    );
  }

  /**
   * The frames, some a second; each at its own time.
   * @param rate frames a second; those of the file or more: every frame.
   */
  async *frames(rate: number): AsyncGenerator<ClipFrame, void> {
    const sink = new CanvasSink(this.track, { width: this.width, height: this.height, fit: 'fill', poolSize: 2 });
    const start = await this.track.getFirstTimestamp();
    let index = 0;
    let next = 0;
    for await (const { canvas, timestamp } of sink.canvases(start, start + this.duration)) {
      const time = timestamp - start;
      if (rate < this.rate && time + 1e-6 < next) continue;
      next = Math.max(next + 1 / rate, time - 1 / rate);
      yield { canvas, index: index++, time };
    }
  }

  /** The first frame as a picture file. */
  async first(): Promise<Blob> {
    for await (const { canvas } of this.frames(Infinity)) {
      const copy = new OffscreenCanvas(this.width, this.height);
      copy.getContext('2d')?.drawImage(canvas, 0, 0);
      return copy.convertToBlob({ type: 'image/png' });
    }
    throw new Error('there is no frame in it');
  }
}
