/** How long a device may take to start. Some never answer: threads whose script does not run, drivers that hang. */

/** What is thrown when time is up. */
export class TooLate extends Error {}

/**
 * The result of work that has to come in time; the work itself goes on.
 * @param seconds how long it may take.
 * @throws TooLate, and what the work throws.
 */
export async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TooLate(`no answer within ${seconds} s`));
    }, seconds * MILLISECONDS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const MILLISECONDS = 1000;
