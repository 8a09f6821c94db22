/** What no case of a fuzzer may do: print, or put control characters into a message. */

// eslint-disable-next-line no-control-regex -- what is looked for
export const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Takes what is printed until the end. */
export function watchPrints(): { take: () => string; end: () => void } {
  const streams = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write.bind(stream) }));
  let text = '';
  for (const { stream } of streams) {
    stream.write = (chunk: string | Uint8Array): boolean => {
      text += String(chunk);
      return true;
    };
  }
  return {
    take() {
      const taken = text;
      text = '';
      return taken;
    },
    end() {
      for (const { stream, write } of streams) stream.write = write;
    },
  };
}
