import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { leaseEpoch, putQuotasInForce, type QuotasDesk } from '../../../bin/stage/quotas.ts';
import type { QuotasItem, ThrottlePlanItem } from '../../../core/state/throttle-items.ts';
import { readQuotas } from '../../../core/throttle/index.ts';
import type { QuotasProgress } from '../../../ops/quotas.ts';
import type { DrillTask } from '../../../proving/drills/index.ts';
import { Answering } from '../../proving/drills/throttle/answering.ts';

const DOCUMENT = { capacityPerS: 150, others: { limitPerS: 1 } };
const INSTANCE: DrillTask = {
  name: 'throttled',
  pid: 1,
  address: '127.0.0.1',
  port: 1,
  url: 'http://nowhere',
};

function copiedAt(at: number, document: object = DOCUMENT, refused = {}): QuotasItem {
  const { quotas } = readQuotas({ field: 'q', resource: 'quotes', application: 'shop' }, document);
  return { kind: 'quotas', quotas, at, refused };
}

const planAt = (at: number, epoch: number): ThrottlePlanItem => ({ at, epoch }) as ThrottlePlanItem;

/** One answer a look; the last one stays. */
function deskOf(looks: readonly (QuotasProgress & { readonly epoch: number | null })[]): {
  desk: QuotasDesk;
  put: object[];
} {
  const put: object[] = [];
  let at = -1;
  const look = () => looks[Math.min(at, looks.length - 1)]!;
  const desk: QuotasDesk = {
    put: async (document) => void put.push(document),
    progress: async () => {
      at += 1;
      return look();
    },
    epochOf: async () => look().epoch,
  };
  return { desk, put };
}

const OLD = { copied: copiedAt(50, { capacityPerS: 9 }), plan: planAt(60, 6), epoch: 6 };
const COPIED = { ...OLD, copied: copiedAt(100) };
const PLANNED = { ...COPIED, plan: planAt(101, 7) };
const HELD = { ...PLANNED, epoch: 7 };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('resolves when the quotas are copied, leases planned by them, and one of those is held', async () => {
  const { desk, put } = deskOf([OLD, COPIED, PLANNED, HELD]);
  const done = putQuotasInForce(desk, DOCUMENT, INSTANCE);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await done).toBe(3 * 250);
  expect(put).toEqual([DOCUMENT]);
});

it('resolves at once when they are in force already', async () => {
  expect(await putQuotasInForce(deskOf([HELD]).desk, DOCUMENT, INSTANCE)).toBe(0);
});

const REFUSED = copiedAt(100, { capacityPerS: 9 }, { override: 'others.limitPerS is above 1000000' });

it.each([
  ['nothing was copied', { ...OLD, copied: null }, 'no quotas were copied'],
  ['others are in force', OLD, 'they were not copied'],
  ['they were refused', { ...OLD, copied: REFUSED }, 'they were refused: others.limitPerS is above 1000000'],
  ['the plan is of before', COPIED, 'no leases were planned by them'],
  ['there is no plan', { ...COPIED, plan: null }, 'no leases were planned by them'],
  ['there is no lease', { ...PLANNED, epoch: null }, 'throttled holds no lease'],
  ['the lease is of before', PLANNED, 'throttled holds the lease of before'],
])('rejects after 40 s when %s, and says so', async (_, look, missing) => {
  const done = putQuotasInForce(deskOf([look]).desk, DOCUMENT, INSTANCE);
  const refused = expect(done).rejects.toMatchObject({
    code: 'quotas-not-in-force',
    message: expect.stringContaining(`are not in force after 40 s: ${missing}.`),
  });
  await vi.advanceTimersByTimeAsync(41_000);
  await refused;
});

it('reads the lease that an instance holds off its status page', async () => {
  vi.useRealTimers();
  const bodies = [{ throttle: { lease: { epoch: 7 } } }, { throttle: { lease: null } }, {}];
  const server = await new Answering((_, index) => ({ status: 200, body: bodies[index] })).listen();
  const instance = { ...INSTANCE, url: server.url };
  expect([await leaseEpoch(instance), await leaseEpoch(instance), await leaseEpoch(instance)]).toEqual([
    7,
    null,
    null,
  ]);
  server.close();
  expect(await leaseEpoch(instance)).toBeNull();
});
