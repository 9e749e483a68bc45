/** Defects of judgement: whose word counts, how many may go, how often, and who comes next. */

import type { ObservationItem } from '../../../core/state/items.ts';
import type { StateStore } from '../../../core/ports/index.ts';
import type { FunctionPorts } from '../control/defect.ts';
import type { FaultSpec } from '../faults/spec.ts';
import type { Random } from '../kernel/index.ts';
import { at, PROBERS, READERS, span, WRITER, type Exhibit } from './exhibit.ts';

export const oneWordIsEnough: Exhibit = {
  name: 'one-word-is-enough',
  incident: 'Cloudflare, November 2020: a half-dead switch made one side see what nobody else saw',
  invariant: 'I-06',
  defect: {
    name: 'one-word-is-enough',
    ports: (ports) =>
      withStore(ports, {
        latestObservations: async (zones) => agreeing(await ports.store.latestObservations(zones)),
      }),
  },
  faults: (random) => [
    { id: 'F-07', nodes: [random.pick(PROBERS)], member: random.pick(READERS), ...span(60, 120) },
  ],
};

/** Every zone is taken to say what any zone says. */
function agreeing(observations: readonly ObservationItem[]): readonly ObservationItem[] {
  const accused = new Map(
    observations.flatMap(({ blind, verdicts }) =>
      blind ? [] : verdicts.filter(({ failure }) => failure !== null).map((v) => [v.memberId, v] as const),
    ),
  );
  return observations.map((item) => ({
    ...item,
    verdicts: item.verdicts.map((verdict) => accused.get(verdict.memberId) ?? verdict),
  }));
}

export const deafToClients: Exhibit = {
  name: 'deaf-to-clients',
  incident: 'GitHub, September 2012: health checks failed under load, and a working database was failed over',
  invariant: 'I-16',
  defect: { name: 'deaf-to-clients', ports: (ports) => withStore(ports, { outcomes: async () => [] }) },
  faults: (random) => {
    const spared = random.pick(PROBERS);
    const nodes = PROBERS.filter((prober) => prober !== spared);
    return [{ id: 'F-07', nodes, member: WRITER, ...span(60, 120) }];
  },
};

const NO_VELOCITY = { 'velocity-ratio': 1, 'velocity-window-ms': 10_000 };
const NO_FLOOR = { 'panic-ratio': 0, 'panic-exit-ratio': 0 };

/** The controller decides by other thresholds than those in force. */
function byThresholds(values: Readonly<Record<string, number>>): NonNullable<Exhibit['defect']['ports']> {
  return (ports) =>
    withStore(ports, {
      readThresholds: async (tier) => {
        const item = await ports.store.readThresholds(tier);
        return item === null ? null : { ...item, values: { ...item.values, ...values } };
      },
    });
}

export const noFloor: Exhibit = {
  name: 'no-floor',
  incident:
    'GitHub, August 2024: the health check broke, and read hosts were removed although most looked broken',
  invariant: 'I-04',
  defect: { name: 'no-floor', ports: byThresholds({ ...NO_FLOOR, ...NO_VELOCITY }) },
  faults: everyReaderLags,
};

export const noVelocityLimit: Exhibit = {
  name: 'no-velocity-limit',
  incident: 'AWS, October 2025: health checks flapped, and good capacity was removed all at once',
  invariant: 'I-05',
  defect: { name: 'no-velocity-limit', ports: byThresholds(NO_VELOCITY) },
  faults: everyReaderLags,
};

function everyReaderLags(random: Random): readonly FaultSpec[] {
  const until = 110 + random.between(0, 60);
  return READERS.map((member) => ({ id: 'F-32', member, ...span(60, until) }));
}

export const noCooldown: Exhibit = {
  name: 'no-cooldown',
  incident: 'GitHub, September 2012: the database was failed over, and over again',
  invariant: 'I-10',
  defect: {
    name: 'no-cooldown',
    ports: (ports) =>
      withStore(ports, {
        recentLedger: async (clusterId, count) => {
          const items = await ports.store.recentLedger(clusterId, count);
          return items.filter(({ state }) => state !== 'done' && state !== 'aborted');
        },
      }),
  },
  // Only whoever writes is struck by a disk that hangs: first the writer, then whichever reader has followed it.
  faults: (random) => [
    { id: 'F-04', member: WRITER, ...span(30, 60) },
    ...READERS.map((member) => ({ id: 'F-04' as const, member, ...span(125 + random.between(0, 10), 200) })),
  ],
};

export const lagDoesNotMatter: Exhibit = {
  name: 'lag-does-not-matter',
  incident: 'GitHub, October 2018; orchestrator: a replica was promoted that lacked what had been written',
  invariant: 'I-17',
  defect: {
    name: 'lag-does-not-matter',
    ports: (ports) =>
      withStore(ports, {
        latestObservations: async (zones) => (await ports.store.latestObservations(zones)).map(withoutLag),
      }),
  },
  faults: (random) => [
    { id: 'F-32', member: READERS[0], ...span(35, 150) },
    { id: 'F-04', member: WRITER, ...span(60 + random.between(0, 10), 120) },
  ],
};

function withoutLag(item: ObservationItem): ObservationItem {
  return {
    ...item,
    samples: item.samples.map((sample) => ({ ...sample, lagMs: null })),
    verdicts: item.verdicts.map((verdict) =>
      verdict.failure === 'reader-lagging' ? { ...verdict, failure: null } : verdict,
    ),
  };
}

export const eventsAreEnough: Exhibit = {
  name: 'events-are-enough',
  incident:
    'event buses drop and delay: a controller that only follows events never learns what it has missed',
  invariant: 'I-14',
  defect: {
    name: 'events-are-enough',
    handler: (real, _ports, { folder }) => (folder === 'reconcile' ? async () => null : real),
  },
  faults: (random) => [
    { id: 'F-01', member: random.pick(READERS), from: at(60) },
    { id: 'F-17', source: 'stream', effect: 'drop', ms: 0, share: 1, ...span(80, 209) },
    { id: 'F-17', source: 'alarm', effect: 'drop', ms: 0, share: 1, ...span(80, 209) },
  ],
};

export const actsBeforeItWritesDown: Exhibit = {
  name: 'acts-before-it-writes-down',
  incident:
    'controllers that crash between the act and its record, and cannot tell whether they have acted (Sieve, 2022)',
  invariant: 'I-36',
  defect: {
    name: 'acts-before-it-writes-down',
    ports: (ports) =>
      withStore(ports, {
        updateLedger: async (item) => (item.state === 'acting' ? true : ports.store.updateLedger(item)),
      }),
  },
  faults: (random) => [{ id: 'F-04', member: WRITER, ...span(60 + random.between(0, 10), 110) }],
};

function withStore(ports: FunctionPorts, instead: Partial<StateStore>): FunctionPorts {
  return { ...ports, store: { ...ports.store, ...instead } };
}
