/** Names of what is on its way: they say whose it is, so that what ended processes left can be told and removed. */
import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from './fileErrors.js';

/** `host-pid-random` as `processName` makes it. */
const OWNER = /^([A-Za-z0-9]*)-(\d+)-[0-9a-f]{8}$/;
/** Hosts may have 255 characters, which a file's name has in all. */
const HOST_LENGTH = 63;
/** What `temporaryName` makes; `old` is what a folder that is being replaced was called meanwhile. */
const TEMPORARY = /^\.fastsam-(.*)\.(?:tmp|old)$/;
const TEMPORARY_FOLDER = /^fastsam-(.*)$/;

/** See `Disk.processName`. */
export function processName(): string {
  return ownerName(hostPart(), process.pid);
}

/** A name as `processName` makes it, for another owner. */
export function ownerName(host: string, pid: number): string {
  return `${host}-${pid}-${randomUUID().slice(0, 8)}`;
}

/** The host of such a name; undefined for another text. */
export function hostOf(name: string): string | undefined {
  return OWNER.exec(name)?.[1];
}

function hostPart(): string {
  return hostname()
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, HOST_LENGTH);
}

/** See `Disk.hasEnded`. */
export function hasEnded(name: string): boolean {
  const [, host, pid] = OWNER.exec(name) ?? [];
  if (host !== hostPart()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/** A name for what will be a file or folder: the same length for all, so that every name that a disk takes can be written. */
export function temporaryName(): string {
  return `.fastsam-${processName()}.tmp`;
}

/** Path of a folder in the system's folder for temporary files. What ended processes left there goes. */
export function systemTemporary(): string {
  removeStale(tmpdir(), TEMPORARY_FOLDER);
  return join(tmpdir(), `fastsam-${processName()}`);
}

/** Folders that were looked through. */
const seen = new Set<string>();

/**
 * Removes what ended processes of this machine left in a folder: once a process, when it first writes there.
 * @param pattern its group is the owner.
 */
export function removeStale(folder: string, pattern = TEMPORARY): void {
  if (seen.has(folder)) return;
  seen.add(folder);
  try {
    for (const name of readdirSync(folder)) {
      const owner = pattern.exec(name)?.[1];
      if (owner !== undefined && hasEnded(owner)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  } catch {
    // Not readable, or another user's: it stays for others to clean.
  }
}
