/** Rules between two thresholds of one tier: each value is legal alone, together they must make sense. */
export interface Relation {
  readonly names: readonly [string, string];
  readonly rule: string;
  readonly fix: string;
  readonly holds: (first: number, second: number) => boolean;
}

function notBelow(first: string, second: string): Relation {
  return {
    names: [first, second],
    rule: `${first} must not be below ${second}`,
    fix: `raise ${first} or lower ${second}`,
    holds: (a, b) => a >= b,
  };
}

function atLeastTwice(first: string, second: string): Relation {
  return {
    names: [first, second],
    rule: `${first} must be at least twice ${second}`,
    fix: `raise ${first} or lower ${second}`,
    holds: (a, b) => a >= 2 * b,
  };
}

export const DATABASE_RELATIONS: readonly Relation[] = [
  notBelow('panic-exit-ratio', 'panic-ratio'),
  {
    names: ['probe-timeout-ms', 'probe-interval-ms'],
    rule: 'probe-timeout-ms must be below probe-interval-ms',
    fix: 'lower probe-timeout-ms or raise probe-interval-ms',
    holds: (timeout, interval) => timeout < interval,
  },
  atLeastTwice('observation-age-ms-max', 'probe-interval-ms'),
  notBelow('cooldown-ms', 'managed-hold-ms'),
];

export const THROTTLE_RELATIONS: readonly Relation[] = [
  atLeastTwice('lease-ms', 'report-ms'),
  atLeastTwice('gone-after-ms', 'report-ms'),
];

/** How many probes at their slowest a reboot waits at least: fewer would be no evidence of a lasting failure. */
const PROBES_BEFORE_REBOOT_MIN = 10;

export const CACHE_RELATIONS: readonly Relation[] = [
  notBelow('healthy-samples', 'unreachable-samples'),
  {
    names: ['reboot-after-ms', 'probe-timeout-ms'],
    rule: `reboot-after-ms must be at least ${PROBES_BEFORE_REBOOT_MIN} times probe-timeout-ms`,
    fix: 'raise reboot-after-ms or lower probe-timeout-ms',
    holds: (after, timeout) => after >= PROBES_BEFORE_REBOOT_MIN * timeout,
  },
  notBelow('reboot-window-ms', 'reboot-after-ms'),
];

export const WEB_RELATIONS: readonly Relation[] = [
  notBelow('panic-exit-ratio', 'panic-ratio'),
  notBelow('healthy-samples', 'unreachable-samples'),
  atLeastTwice('observation-age-ms-max', 'probe-interval-ms'),
  // A sweep lasts as long as its slowest probe: where one times out, what it saw would be too old when it is written.
  atLeastTwice('observation-age-ms-max', 'probe-timeout-ms'),
  notBelow('forget-ms', 'return-hold-ms'),
];

export const EDGE_RELATIONS: readonly Relation[] = [
  {
    names: ['zone-gray-ratio', 'zone-healthy-ratio'],
    rule: 'zone-gray-ratio must be above zone-healthy-ratio',
    fix: 'raise zone-gray-ratio or lower zone-healthy-ratio',
    holds: (gray, healthy) => gray > healthy,
  },
  notBelow('zone-return-ms', 'zone-gray-ms'),
  notBelow('edge-healthy-samples', 'edge-unreachable-samples'),
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
