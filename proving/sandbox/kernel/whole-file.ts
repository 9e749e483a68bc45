/** Small JSON files that a crash must not leave half written, and that are read with none the wiser. */

import fs from 'node:fs';

export interface WriteOptions {
  /** @default 0o644 */
  readonly mode?: number;
}

/** Readers see the old text or the new one, never a part: written beside it, then renamed. */
export function writeWhole(file: string, value: unknown, { mode = 0o644 }: WriteOptions = {}): void {
  const fresh = `${file}.${process.pid}.new`;
  fs.writeFileSync(fresh, JSON.stringify(value, null, 2), { mode });
  fs.renameSync(fresh, file);
}

/** Null where there is no file, or no JSON object in it. */
export function readWhole<T extends object>(file: string): Partial<T> | null {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}
