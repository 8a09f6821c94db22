/** Times of frames, which ffmpeg prints beside the pixels. */

/** Microseconds: the time base that the filters below set. */
const TICKS_A_SECOND = 1e6;

/** Filters that print `pts:MICROSECONDS` of every frame to descriptor 3 (`metadata` prints frames that have some). */
export const PRINT_TIMES = "settb=AVTB,metadata=mode=add:key=k:value=1,metadata=mode=print:file='pipe\\:3':direct=1";

/** The times in the order of the frames; each is taken once. */
export class FrameTimes {
  readonly #times = new Map<number, number>();
  #next = 0;
  #ended = false;
  #onTime: (() => void) | undefined;

  /** @param lines what ffmpeg prints; always taken at once, so that ffmpeg never waits for it. */
  constructor(lines: AsyncIterable<Uint8Array>) {
    void this.#read(lines)
      .catch(() => undefined) // times are left out then
      .then(() => {
        this.#ended = true;
        this.#onTime?.();
      });
  }

  /** Seconds of frame `count`; undefined if ffmpeg ended without printing it. Call it in order. */
  async at(count: number): Promise<number | undefined> {
    while (!this.#times.has(count) && !this.#ended) await new Promise<void>((resolve) => (this.#onTime = resolve));
    const time = this.#times.get(count);
    this.#times.delete(count);
    return time;
  }

  async #read(lines: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of lines) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        const ticks = /^frame:\d+\s+pts:(-?\d+)/.exec(line)?.[1];
        if (ticks !== undefined) this.#times.set(this.#next++, Number(ticks) / TICKS_A_SECOND);
        else if (line.startsWith('frame:')) this.#next++; // no time: NOPTS
      }
      this.#onTime?.();
    }
  }
}
