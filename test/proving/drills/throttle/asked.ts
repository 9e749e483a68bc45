import type { ThrottleSample } from '../../../../proving/drills/throttle/model.ts';

/** A request that was answered after `latencyMs`, unless told otherwise. */
export function asked(
  scheduledAt: number,
  latencyMs = 50,
  rest: Partial<ThrottleSample> = {},
): ThrottleSample {
  return {
    phase: 'calm',
    stream: 'good',
    caller: 'good-001',
    user: 'good-001-user-0',
    criticality: null,
    scheduledAt,
    completedAt: scheduledAt + latencyMs,
    ok: true,
    refused: false,
    wrong: false,
    status: 200,
    code: null,
    attempts: 1,
    ...rest,
  };
}

export const REFUSED = { ok: false, refused: true, status: 503, code: 'shed' } as const;
export const FAILED = { ok: false, status: 0, code: 'no answer within 5 s' } as const;

/** So many a second, evenly spread, from `from` to `to`. */
export function evenly(
  { from, to, perS }: { readonly from: number; readonly to: number; readonly perS: number },
  rest: Partial<ThrottleSample> = {},
): ThrottleSample[] {
  const count = Math.round(((to - from) / 1000) * perS);
  return Array.from({ length: count }, (_, i) => asked(from + (i * 1000) / perS, 50, rest));
}
