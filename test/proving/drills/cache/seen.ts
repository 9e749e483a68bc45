import type { CacheSample } from '../../../../proving/drills/cache/model.ts';

/** A read that was answered 1 ms after it was sent, unless told otherwise. */
export function read(product: number, at: number, rest: Partial<CacheSample> = {}): CacheSample {
  return {
    kind: 'read',
    product,
    scheduledAt: at,
    sentAt: at,
    completedAt: at + 1,
    ok: true,
    refused: false,
    wrong: false,
    source: 'hit',
    version: 1,
    status: 200,
    code: null,
    attempts: 1,
    ...rest,
  };
}

/** A write that was acknowledged 1 ms after it was sent, unless told otherwise. */
export function write(
  product: number,
  at: number,
  version: number,
  rest: Partial<CacheSample> = {},
): CacheSample {
  return read(product, at, { kind: 'write', source: null, version, ...rest });
}

/** A write that nobody knows the outcome of. */
export function lostWrite(product: number, at: number, rest: Partial<CacheSample> = {}): CacheSample {
  return write(product, at, 0, { ok: false, version: null, status: 0, code: 'ECONNRESET', ...rest });
}
