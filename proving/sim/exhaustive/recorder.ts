/** Watches one run and changes nothing: which invocations there were, where they acted, what they asked AWS. */

import type { DescribedCluster } from '../../../core/database/index.ts';
import { newcomers } from '../checks/checker.ts';
import type { Defect } from '../control/defect.ts';
import type { Checker, ControlCall, InvocationView } from '../model.ts';
import { runSim } from '../run.ts';
import type { SimResult } from '../run-options.ts';
import { SEED, type Scenario } from './scenario.ts';

export interface RecordedDescribe {
  readonly invocation: string;
  readonly issuedAt: number;
  readonly answeredAt: number;
  /** Versions that RDS had had by then. */
  readonly versions: number;
}

export interface RecordedInvocation extends InvocationView {
  /** External calls made before the scenario's time, and by its end: those in between are its work. */
  readonly callsBefore: number;
  readonly callsByEnd: number;
}

export interface Recording {
  readonly result: SimResult;
  /** Of the scenario's function and time, in order. */
  readonly invocations: readonly RecordedInvocation[];
  /** By invocation: the numbers of the external calls that changed something outside. */
  readonly acts: ReadonlyMap<string, readonly number[]>;
  readonly describes: readonly RecordedDescribe[];
}

export async function record(scenario: Scenario): Promise<Recording> {
  const seen = new Map<string, RecordedInvocation>();
  const acts = new Map<string, number[]>();
  const added = newcomers<ControlCall>();
  const watcher: Checker = {
    invariant: 'watch',
    checked: 0,
    check: (view) => {
      for (const made of view.invocations) {
        if (!isOf(made.function, scenario) || view.now > scenario.until) continue;
        const callsBefore = view.now < scenario.from ? made.calls : (seen.get(made.id)?.callsBefore ?? 0);
        seen.set(made.id, { ...fieldsOf(made), callsBefore, callsByEnd: made.calls });
      }
      for (const { invocation } of added(view.calls)) {
        const made = view.invocations.find(({ id }) => id === invocation);
        if (made !== undefined) acts.set(invocation, [...(acts.get(invocation) ?? []), made.calls]);
      }
      return null;
    },
  };
  const { spy, describes } = spyOnDescribes(scenario);
  const result = await runSim({
    seed: SEED,
    mix: 'calm',
    faults: scenario.faults,
    overrides: {},
    throttled: scenario.throttled ?? false,
    checkers: [watcher],
    defect: spy,
  });
  const invocations = [...seen.values()].filter(({ callsBefore, callsByEnd }) => callsByEnd > callsBefore);
  return { result, invocations, acts, describes };
}

/** Its fields now: it goes on changing. */
function fieldsOf(made: InvocationView): InvocationView {
  const { id, function: name, trigger, startedAt, endedAt, end, calls } = made;
  return { id, function: name, trigger, startedAt, endedAt, end, calls };
}

function isOf(name: string, { folder }: Scenario): boolean {
  return name === folder || name.startsWith(`${folder}-`);
}

/** Ports that hand everything on, and note when the cluster was described. */
function spyOnDescribes({ folder }: Scenario): {
  readonly spy: Defect;
  readonly describes: readonly RecordedDescribe[];
} {
  const describes: RecordedDescribe[] = [];
  const versions = new Set<string>();
  const spy: Defect = {
    name: 'none: a spy',
    ports: (ports, site) => ({
      ...ports,
      control: {
        ...ports.control,
        describe: async (clusterId) => {
          const issuedAt = ports.clock.now();
          const described = await ports.control.describe(clusterId);
          versions.add(textOf(described));
          if (site.folder === folder) {
            const { invocation } = site;
            describes.push({ invocation, issuedAt, answeredAt: ports.clock.now(), versions: versions.size });
          }
          return described;
        },
      },
    }),
  };
  return { spy, describes };
}

function textOf({ status, members }: DescribedCluster): string {
  return `${status} ${members.map((m) => `${m.id} ${m.isWriter} ${m.status}`).join(' ')}`;
}
