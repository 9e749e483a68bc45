/** What callers of the service pool hand in and get back. */

import type { ServiceVersion } from '../../core/naming.ts';
import type { Headers, Incoming } from './ports.ts';

export interface ServiceRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Passed on, but for those that belong to one connection. Names in any case. @default - none */
  readonly headers?: Headers;
  /** @default - none */
  readonly body?: Uint8Array | string | null;
  /**
   * Says that the request may be done twice without harm, because the service knows it by this key; it is passed on as
   * `idempotency-key`. @default - GET, HEAD, PUT and DELETE may be done twice, nothing else may
   */
  readonly idempotencyKey?: string;
  /** @default 'stable' */
  readonly version?: ServiceVersion;
  /**
   * Time for all attempts together, in ms; what `x-understudy-deadline-ms` says of the caller bounds it too.
   * @default - that of the pool
   */
  readonly deadlineMs?: number;
  /** Aborted when nobody waits for the answer any more. @default - never */
  readonly signal?: AbortSignal;
}

export interface ServiceAnswer extends Incoming {
  /** The instance that answered. */
  readonly instance: string;
  /** The version that answered: `stable` where there was no instance of the one that was asked for. */
  readonly version: ServiceVersion;
  /** True where another version answered than was asked for. */
  readonly fellBack: boolean;
  readonly attempts: number;
}
