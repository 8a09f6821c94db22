/** What went wrong: one sentence what, one what to do, a button that does it. */

export interface Failure {
  readonly what: string;
  readonly todo: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** The `code` of an error of the package, if it is one. */
export function codeOf(error: unknown): string | undefined {
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
