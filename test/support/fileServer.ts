/** A local HTTP server that serves one file and misbehaves on demand. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers a request in its own way, or returns false to let the next one, and in the end the honest answer, do it. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => boolean;

export class FileServer {
  /** `Range` of each request, '-' where there was none. */
  readonly ranges: string[] = [];
  /** Bytes of the file sent in all. */
  sent = 0;
  etag: string | undefined = '"first"';
  lastModified: string | undefined;
  /** Used up one per request; when empty, the server is honest. */
  readonly script: Handler[] = [];
  /** What it does to every request that the script leaves. */
  always: Handler | undefined;
  /** `GET /path` of each request. */
  readonly asked: string[] = [];
  /** Headers of every answer: see `CORS`. */
  headers: Readonly<Record<string, string>> = {};
  url = '';
  origin = '';
  readonly #server: Server;

  constructor(public content: Uint8Array) {
    this.#server = createServer((request, response) => {
      this.ranges.push(request.headers.range ?? '-');
      this.asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      for (const [name, value] of Object.entries(this.headers)) response.setHeader(name, value);
      if (this.script.shift()?.(request, response)) return;
      if (!this.always?.(request, response)) this.serve(request, response);
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    this.url = `${this.origin}/file.pt`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get sha256(): string {
    return createHash('sha256').update(this.content).digest('hex');
  }

  #validators(): Record<string, string> {
    return {
      ...(this.etag === undefined ? {} : { etag: this.etag }),
      ...(this.lastModified === undefined ? {} : { 'last-modified': this.lastModified }),
    };
  }

  /** The honest answer, `limit` bytes of it, honouring Range and If-Range. */
  serve(request: IncomingMessage, response: ServerResponse, limit = Infinity): void {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? NaN);
    const condition = request.headers['if-range'];
    const fits = condition === undefined || condition === this.etag || condition === this.lastModified;
    if (start >= this.content.length && fits) {
      response.writeHead(416, { 'content-range': `bytes */${this.content.length}` }).end();
      return;
    }
    const from = start >= 0 && fits ? start : 0;
    const body = this.content.subarray(from);
    response.writeHead(start >= 0 && fits ? 206 : 200, {
      ...this.#validators(),
      'content-length': body.length,
      ...(start >= 0 && fits
        ? { 'content-range': `bytes ${from}-${this.content.length - 1}/${this.content.length}` }
        : {}),
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const part = body.subarray(0, limit);
    this.sent += part.length;
    response.write(part);
    if (part.length === body.length) response.end();
    // Waits until the bytes have left before cutting the line.
    else if (limit !== Infinity) setTimeout(() => response.destroy(), 30);
  }

  /** Sends `bytes` of the rest, then cuts the connection. */
  cutAfter(bytes: number): Handler {
    return (request, response) => {
      this.serve(request, response, bytes);
      return true;
    };
  }

  /** Sends `bytes` of the whole under its full length and then nothing more, with the line open. */
  stallAfter(bytes: number): Handler {
    return (_request, response) => {
      response.writeHead(200, { ...this.#validators(), 'content-length': this.content.length });
      response.write(this.content.subarray(0, bytes));
      this.sent += bytes;
      return true;
    };
  }
}

/** Lets pages of any origin read what a server gives, as Hugging Face does. */
export const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Content-Range, Accept-Ranges',
};

/** The origin under another name of this machine: for browsers another host. */
export const otherHost = (origin: string): string => origin.replace('127.0.0.1', 'localhost');

/** Sends every request on to another server, as hosts of files do with those that hold them. */
export function redirect(to: FileServer): Handler {
  return (request, response) => {
    response.writeHead(302, { location: `${to.origin}/blob${request.url ?? ''}` }).end();
    return true;
  };
}

/** Refuses to be asked for leave (a CORS preflight), as the hosts behind Hugging Face do. */
export const noPreflight: Handler = (request, response) => {
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(403).end();
  return true;
};

/** Answers with a status, headers and a text. */
export function status(code: number, headers: Record<string, string> = {}, text = ''): Handler {
  return (_request, response) => {
    response.writeHead(code, headers).end(text);
    return true;
  };
}
