/** The page, as its worker sees it. */
import { browserPlatform } from '../browser.js';
import { usePlatform } from '../platform.js';
import type { CallerLine } from './workers.js';

/** The part of a worker's global scope that is used. */
interface Scope {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', hear: (event: MessageEvent<unknown>) => void): void;
}

const scope = globalThis as unknown as Scope;

export const browserCaller: CallerLine = {
  post(message, handed) {
    scope.postMessage(message, [...handed]);
  },
  onMessage(hear) {
    scope.addEventListener('message', ({ data }) => {
      hear(data);
    });
  },
  /** A worker's own base is the address of its program, which no page means. */
  settle(base) {
    const seen = (address: string): string => new URL(address, base).href;
    usePlatform({
      ...browserPlatform,
      fetch: (url, init) => browserPlatform.fetch(seen(url), init),
      readFile: (path) => browserPlatform.readFile(seen(path)),
    });
  },
};
