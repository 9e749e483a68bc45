/** Puts the quotas of a resource and waits until an instance of the application goes by them. */

import { isDeepStrictEqual } from 'node:util';
import { UnderstudyError } from '../../core/errors.ts';
import { readQuotas, type QuotasDocument } from '../../core/throttle/index.ts';
import type { QuotasProgress } from '../../ops/quotas.ts';
import type { DrillTask } from '../../proving/drills/index.ts';

/** Quotas are promised to be in force within 30 s. */
const IN_FORCE_MS_MAX = 40_000;
const POLL_MS = 250;
const STATUS_MS_MAX = 3000;

/** Where quotas are put, and how far they have come. */
export interface QuotasDesk {
  put(document: QuotasDocument): Promise<void>;
  progress(): Promise<QuotasProgress>;
  /** The lease that an instance holds; null for none. */
  epochOf(instance: DrillTask): Promise<number | null>;
}

/** Resolves with the time that it took, in ms; rejects with how far it came. */
export async function putQuotasInForce(
  desk: QuotasDesk,
  document: QuotasDocument,
  instance: DrillTask,
): Promise<number> {
  const from = performance.now();
  await desk.put(document);
  let missing = await missingOf(desk, document, instance);
  while (missing !== null && performance.now() - from < IN_FORCE_MS_MAX) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    missing = await missingOf(desk, document, instance);
  }
  if (missing === null) return Math.round(performance.now() - from);
  throw new UnderstudyError(
    `The quotas are not in force after ${IN_FORCE_MS_MAX / 1000} s: ${missing}. Fix: see what reconcile and throttle log.`,
    { code: 'quotas-not-in-force', advice: 'check' },
  );
}

/** What is still missing; null when the instance holds a lease of a plan by these quotas. */
async function missingOf(
  desk: QuotasDesk,
  document: QuotasDocument,
  instance: DrillTask,
): Promise<string | null> {
  const { copied, plan } = await desk.progress();
  if (copied === null) return 'no quotas were copied';
  const { resource, application } = copied.quotas;
  const { quotas } = readQuotas({ field: 'quotas', resource, application }, document);
  if (!isDeepStrictEqual(copied.quotas, quotas)) {
    const refusals = Object.values(copied.refused).join('; ');
    return refusals === '' ? 'they were not copied' : `they were refused: ${refusals}`;
  }
  if (plan === null || plan.at < copied.at) return 'no leases were planned by them';
  const epoch = await desk.epochOf(instance);
  if (epoch === null) return `${instance.name} holds no lease`;
  return epoch >= plan.epoch ? null : `${instance.name} holds the lease of before`;
}

/** The lease that the status page of an instance shows; null for none, and where it does not answer. */
export async function leaseEpoch({ url }: DrillTask): Promise<number | null> {
  const signal = AbortSignal.timeout(STATUS_MS_MAX);
  const body: unknown = await fetch(`${url}/status`, { signal }).then(
    (response) => response.json(),
    () => null,
  );
  const { throttle } = (body ?? {}) as { throttle?: { lease?: { epoch?: unknown } | null } };
  const epoch = throttle?.lease?.epoch;
  return typeof epoch === 'number' ? epoch : null;
}
