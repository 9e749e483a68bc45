/** Rules between two thresholds of one tier: each value is legal alone, together they must make sense. */
export interface Relation {
  readonly names: readonly [string, string];
  readonly rule: string;
  readonly fix: string;
  readonly holds: (first: number, second: number) => boolean;
}

export const DATABASE_RELATIONS: readonly Relation[] = [
  {
    names: ['panic-exit-ratio', 'panic-ratio'],
    rule: 'panic-exit-ratio must not be below panic-ratio',
    fix: 'raise panic-exit-ratio or lower panic-ratio',
    holds: (exit, enter) => exit >= enter,
  },
  {
    names: ['probe-timeout-ms', 'probe-interval-ms'],
    rule: 'probe-timeout-ms must be below probe-interval-ms',
    fix: 'lower probe-timeout-ms or raise probe-interval-ms',
    holds: (timeout, interval) => timeout < interval,
  },
  {
    names: ['observation-age-ms-max', 'probe-interval-ms'],
    rule: 'observation-age-ms-max must be at least twice probe-interval-ms',
    fix: 'raise observation-age-ms-max or lower probe-interval-ms',
    holds: (age, interval) => age >= 2 * interval,
  },
  {
    names: ['cooldown-ms', 'managed-hold-ms'],
    rule: 'cooldown-ms must not be below managed-hold-ms',
    fix: 'raise cooldown-ms or lower managed-hold-ms',
    holds: (cooldown, hold) => cooldown >= hold,
  },
];

export const THROTTLE_RELATIONS: readonly Relation[] = [
  {
    names: ['lease-ms', 'report-ms'],
    rule: 'lease-ms must be at least twice report-ms',
    fix: 'raise lease-ms or lower report-ms',
    holds: (lease, report) => lease >= 2 * report,
  },
  {
    names: ['gone-after-ms', 'report-ms'],
    rule: 'gone-after-ms must be at least twice report-ms',
    fix: 'raise gone-after-ms or lower report-ms',
    holds: (goneAfter, report) => goneAfter >= 2 * report,
  },
];

/** How many probes at their slowest a reboot waits at least: fewer would be no evidence of a lasting failure. */
const PROBES_BEFORE_REBOOT_MIN = 10;

export const CACHE_RELATIONS: readonly Relation[] = [
  {
    names: ['healthy-samples', 'unreachable-samples'],
    rule: 'healthy-samples must not be below unreachable-samples',
    fix: 'raise healthy-samples or lower unreachable-samples',
    holds: (healthy, unreachable) => healthy >= unreachable,
  },
  {
    names: ['reboot-after-ms', 'probe-timeout-ms'],
    rule: `reboot-after-ms must be at least ${PROBES_BEFORE_REBOOT_MIN} times probe-timeout-ms`,
    fix: 'raise reboot-after-ms or lower probe-timeout-ms',
    holds: (after, timeout) => after >= PROBES_BEFORE_REBOOT_MIN * timeout,
  },
  {
    names: ['reboot-window-ms', 'reboot-after-ms'],
    rule: 'reboot-window-ms must not be below reboot-after-ms',
    fix: 'raise reboot-window-ms or lower reboot-after-ms',
    holds: (window, after) => window >= after,
  },
];

export const WEB_RELATIONS: readonly Relation[] = [
  {
    names: ['panic-exit-ratio', 'panic-ratio'],
    rule: 'panic-exit-ratio must not be below panic-ratio',
    fix: 'raise panic-exit-ratio or lower panic-ratio',
    holds: (exit, enter) => exit >= enter,
  },
  {
    names: ['healthy-samples', 'unreachable-samples'],
    rule: 'healthy-samples must not be below unreachable-samples',
    fix: 'raise healthy-samples or lower unreachable-samples',
    holds: (healthy, unreachable) => healthy >= unreachable,
  },
  {
    names: ['observation-age-ms-max', 'probe-interval-ms'],
    rule: 'observation-age-ms-max must be at least twice probe-interval-ms',
    fix: 'raise observation-age-ms-max or lower probe-interval-ms',
    holds: (age, interval) => age >= 2 * interval,
  },
  {
    names: ['forget-ms', 'return-hold-ms'],
    rule: 'forget-ms must not be below return-hold-ms',
    fix: 'raise forget-ms or lower return-hold-ms',
    holds: (forget, hold) => forget >= hold,
  },
];

export const EDGE_RELATIONS: readonly Relation[] = [
  {
    names: ['zone-gray-ratio', 'zone-healthy-ratio'],
    rule: 'zone-gray-ratio must be above zone-healthy-ratio',
    fix: 'raise zone-gray-ratio or lower zone-healthy-ratio',
    holds: (gray, healthy) => gray > healthy,
  },
  {
    names: ['zone-return-ms', 'zone-gray-ms'],
    rule: 'zone-return-ms must not be below zone-gray-ms',
    fix: 'raise zone-return-ms or lower zone-gray-ms',
    holds: (back, gray) => back >= gray,
  },
  {
    names: ['edge-healthy-samples', 'edge-unreachable-samples'],
    rule: 'edge-healthy-samples must not be below edge-unreachable-samples',
    fix: 'raise edge-healthy-samples or lower edge-unreachable-samples',
    holds: (healthy, unreachable) => healthy >= unreachable,
  },
];

const RELATIONS: ReadonlyMap<string, readonly Relation[]> = new Map([
  ['cache', CACHE_RELATIONS],
  ['database', DATABASE_RELATIONS],
  ['throttle', THROTTLE_RELATIONS],
  ['web', WEB_RELATIONS],
  ['edge', EDGE_RELATIONS],
]);

/** The relations of a tier; a tier without any has none. */
export function relationsOf(tier: string): readonly Relation[] {
  return RELATIONS.get(tier) ?? [];
}

/** The relations that a whole set breaks. A name that the set lacks breaks nothing. */
export function brokenRelations(tier: string, values: Readonly<Record<string, number>>): readonly Relation[] {
  return relationsOf(tier).filter(({ names: [first, second], holds }) => {
    const a = values[first];
    const b = values[second];
    return a !== undefined && b !== undefined && !holds(a, b);
  });
}
