/** The worker's side of the protocol, for workers that run in Node. */
import { createInterface } from 'node:readline';
import { encodeReply, type Added, type Memory, type Request, type Task, type Timing } from './protocol.js';

/** A task, ready to be run. */
export interface Job {
  /** Does the task once. */
  run(): Promise<void>;
  /** What the task gives. */
  inspect(): Promise<Added>;
}

/** Serves requests on standard input until it ends. */
export async function serve(ready: string, prepare: (task: Task) => Promise<Job>): Promise<void> {
  const jobs = new Map<string, Job>();
  const answer = async (request: Request): Promise<Added | Timing | Memory> => {
    if (request.do === 'memory') return memory();
    if (request.do === 'run') return time(known(jobs, request.name));
    const job = await prepare(request.task);
    jobs.set(request.name, job);
    return job.inspect();
  };
  send({ ready });
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      send(await answer(JSON.parse(line) as Request));
    } catch (error) {
      send({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** Says why a worker cannot serve, and ends it. */
export function giveUp(error: unknown): void {
  send({ error: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}

function send(reply: object): void {
  process.stdout.write(encodeReply(reply));
}

function known(jobs: ReadonlyMap<string, Job>, name: string): Job {
  const job = jobs.get(name);
  if (!job) throw new Error(`task: got ${name}, which was not added`);
  return job;
}

async function time(job: Job): Promise<Timing> {
  const before = process.cpuUsage();
  const start = performance.now();
  await job.run();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { wall, cpu: (user + system) / 1000 };
}

function memory(): Memory {
  return { now: process.memoryUsage.rss(), peak: process.resourceUsage().maxRSS * 1024 };
}
