/** The published models, where somebody has put their files into the app's folder `weights`. */

const NAMES = ['FastSAM-s', 'FastSAM-x'] as const;

export interface NearModel {
  readonly name: string;
  readonly address: string;
}

/** Asks the app's own server; servers that answer everything with a page have none. */
export async function nearModels(): Promise<NearModel[]> {
  const asked = NAMES.map(async (name) => {
    const address = new URL(`weights/${name}.pt`, document.baseURI).href;
    const answer = await fetch(address, { method: 'HEAD' }).catch(() => undefined);
    const isFile = answer?.ok === true && answer.headers.get('content-type')?.startsWith('text/') !== true;
    return isFile ? [{ name, address }] : [];
  });
  return (await Promise.all(asked)).flat();
}
