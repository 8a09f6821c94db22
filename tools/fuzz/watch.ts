/** What readers must not do with any file: print, or put control characters into messages. */

// eslint-disable-next-line no-control-regex -- what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Whether a text is more than one line, or would move a terminal's cursor. */
export const hasControl = (text: string): boolean => CONTROL.test(text);

/** Keeps back what is printed, until its end. */
export function watchPrints(): { readonly take: () => string; readonly end: () => void } {
  let text = '';
  const streams = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write.bind(stream) }));
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
