/**
 * What a thread of WebAssembly does: it serves as a thread of tfjs' binary, or it runs functions of a module for a
 * `KernelPool`. Which of the two the first message says.
 */
import { serveCalls, type CallsMessage } from './calls.js';

/** Emscripten's module in a thread, as far as it is used here. */
interface ThreadModule {
  wasmModule?: WebAssembly.Module | null;
  PThread?: { receiveObjectTransfer(data: object): void; threadInitTLS(): void };
  ExitStatus?: new () => { readonly status: number };
  [name: string]: unknown;
}

/** Starts Emscripten's module; the module of tfjs-backend-wasm with threads exports one. */
export type EmscriptenFactory = (module: object) => Promise<unknown>;

interface LoadMessage {
  readonly cmd: 'load';
  readonly handlers: readonly string[];
  readonly wasmMemory: WebAssembly.Memory;
  readonly wasmModule: WebAssembly.Module;
}
interface RunMessage {
  readonly cmd: 'run';
  readonly pthread_ptr: number;
  readonly start_routine: number;
  readonly arg: number;
}
type Message =
  | LoadMessage
  | RunMessage
  | CallsMessage
  | { readonly cmd: 'cancel' }
  | { readonly cmd: 'processProxyingQueue'; readonly queue: number }
  | { readonly cmd?: undefined };

/**
 * Serves from now on. The protocol of threads is that of Emscripten 3.1 in tfjs-backend-wasm 4.22, whose own script is not
 * used: it asks for a URL of the factory's text, which no minified page has.
 * @param post sends to the one who started the thread.
 * @returns what receives his messages.
 */
export function serve(post: (message: unknown) => void, factory: EmscriptenFactory): (message: unknown) => void {
  let module: ThreadModule = {};
  let initialized = false;
  let queues: number[] = [];
  /** Functions of the module, which the binary's JavaScript hands over by name. */
  const call = (name: string, ...args: number[]): void => {
    (module[name] as (...values: number[]) => void)(...args);
  };
  // The factory looks for these two by their names.
  Object.assign(globalThis, {
    postMessage: post,
    startWorker: (instance: ThreadModule) => {
      module = instance;
      post({ cmd: 'loaded' });
    },
  });

  const load = ({ handlers, wasmMemory, wasmModule }: LoadMessage): void => {
    for (const handler of handlers) {
      module[handler] = (...args: unknown[]) => {
        post({ cmd: 'callHandler', handler, args });
      };
    }
    Object.assign(module, {
      wasmMemory,
      buffer: wasmMemory.buffer,
      ENVIRONMENT_IS_PTHREAD: true,
      instantiateWasm: (imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => void) => {
        const instance = new WebAssembly.Instance(wasmModule, imports);
        receive(instance);
        return instance.exports;
      },
    });
    void factory(module);
  };

  const run = ({ pthread_ptr: thread, start_routine: routine, arg }: RunMessage): void => {
    call('__emscripten_thread_init', thread, 0, 0, 1);
    call('establishStackSpace');
    module.PThread?.receiveObjectTransfer({});
    module.PThread?.threadInitTLS();
    if (!initialized) for (const queue of queues) call('executeNotifiedProxyingQueue', queue);
    queues = [];
    initialized = true;
    try {
      call('invokeEntryPoint', routine, arg);
    } catch (error) {
      if (error === 'unwind') return;
      if (!(module.ExitStatus && error instanceof module.ExitStatus)) throw error;
      if (!(module.keepRuntimeAlive as () => boolean)()) call('__emscripten_thread_exit', error.status);
    }
  };

  post('ready'); // the one who started the thread waits for any first message
  return (received) => {
    const message = received as Message;
    switch (message.cmd) {
      case 'load':
        load(message);
        break;
      case 'run':
        run(message);
        break;
      case 'calls':
        serveCalls(message, post);
        break;
      case 'cancel':
        call('__emscripten_thread_exit', -1);
        break;
      case 'processProxyingQueue':
        if (initialized) call('executeNotifiedProxyingQueue', message.queue);
        else queues.push(message.queue);
        break;
      case undefined:
    }
  };
}
