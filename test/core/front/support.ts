import { NO_FRONT_MEMORY, type FrontFacts } from '../../../core/front/index.ts';
import type { TargetEntry, TargetObservationItem } from '../../../core/state/front-items.ts';
import { defaultsOf } from '../../../core/thresholds/index.ts';

export const NOW = 1_800_000_000_000;
export const ZONES = ['az-a', 'az-b', 'az-c'];
export const GROUP = 'arn:group';
export const BALANCER = 'arn:balancer';

export interface Seen {
  readonly az: string;
  /** Zones whose prober gets no good answer. */
  readonly failing: readonly string[];
  readonly says?: TargetEntry['balancer'];
  readonly stands?: boolean;
}

export interface Sight {
  readonly blind?: readonly string[];
  /** By zone, in ms. */
  readonly ages?: Readonly<Record<string, number>>;
  readonly sinceMs?: number;
}

export function factsOf(
  seen: readonly Seen[],
  sight: Sight = {},
  change: Partial<FrontFacts> = {},
): FrontFacts {
  const targets = seen.map(({ az, says = 'healthy', stands = true }, index): TargetEntry => ({
    memberId: `10.0.0.${index}:80`,
    address: `10.0.0.${index}`,
    port: 80,
    az,
    registered: stands,
    balancer: stands ? says : null,
    since: NOW - 100_000,
  }));
  const since = NOW - (sight.sinceMs ?? 1000);
  const observations = ZONES.map((zone): TargetObservationItem => {
    const at = NOW - (sight.ages?.[zone] ?? 500);
    const isFailing = (index: number): boolean => seen[index]!.failing.includes(zone);
    return {
      kind: 'target-observation',
      env: 'demo',
      az: zone,
      at,
      token: 1,
      sequence: 1,
      samples: targets.map(({ memberId }, index) => {
        return { memberId, at, reach: isFailing(index) ? 'timeout' : 'ok', status: null, latencyMs: null };
      }),
      verdicts: targets.map(({ memberId }, index) => {
        return { memberId, failure: isFailing(index) ? 'target-unreachable' : null, since, samples: 2 };
      }),
      blind: sight.blind?.includes(zone) ?? false,
      changed: false,
    };
  });
  return {
    now: NOW,
    env: 'demo',
    zones: ZONES,
    web: defaultsOf('web'),
    edge: defaultsOf('edge'),
    groups: [{ targetGroup: GROUP, balancer: BALANCER }],
    described: {
      [GROUP]: targets
        .filter(({ registered }) => registered)
        .map(({ address, port, az, balancer }) => ({ address, port, az, state: balancer ?? 'healthy' })),
    },
    targets,
    memory: NO_FRONT_MEMORY,
    observations,
    ledger: [],
    managed: { [BALANCER]: { balancer: BALANCER, shifts: [], autoshifted: [] } },
    capacity: { requestsPerTarget: 100, peakRequests: null },
    ...change,
  };
}
