/** What reader and writer of safetensors files both know of the format. */

/** Bytes of the header's length, a u64 at the start of the file. */
export const LENGTH_BYTES = 8;
/** The entry of the header that is not a tensor. */
export const METADATA_KEY = '__metadata__';
