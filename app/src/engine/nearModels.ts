/** The published models, where somebody has put their files into the app's folder `weights`. */

/** Models whose files the package knows where to find. */
export const PUBLISHED = ['FastSAM-s', 'FastSAM-x'] as const;

export interface NearModel {
  readonly name: string;
  readonly address: string;
}

/** Asks the app's own server; servers that answer everything with a page have none. */
export async function nearModels(): Promise<NearModel[]> {
  const asked = PUBLISHED.map(async (name) => {
    const address = new URL(`weights/${name}.pt`, document.baseURI).href;
    const answer = await fetch(address, { method: 'HEAD' }).catch(() => undefined);
    const isFile = answer?.ok === true && answer.headers.get('content-type')?.startsWith('text/') !== true;
    return isFile ? [{ name, address }] : [];
  });
  return (await Promise.all(asked)).flat();
}
