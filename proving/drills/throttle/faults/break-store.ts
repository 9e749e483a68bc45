import { UnderstudyError } from '../../../../core/errors.ts';
import type { ThrottleFaultKind } from '../../model.ts';
import type { ServiceAnswer, ServiceFault } from '../../ports.ts';
import { pause } from '../../pause.ts';
import type { StandingFault, ThrottleStage } from '../types.ts';

/** Where demand and leases are. */
const STORE = 'dynamodb';
/** An instance reports its demand every 10 s: by then it has met the fault. */
const MET_MS_MAX = 15_000;
const LOOK_MS = 500;
/** What everybody hears who is no task. */
const ANSWERS: Readonly<Record<ServiceFault['kind'], ServiceAnswer>> = {
  hang: 'silence',
  kill: 'reset',
  partition: 'answer',
};

/**
 * Breaks the store of the leases: for everybody (`hang`, `kill`), or for the last instance alone (`partition`).
 * Verified by a call of our own, and when every instance that it is meant for has called in vain, by the word of the
 * store: for a partition nobody else.
 */
export async function breakStore(stage: ThrottleStage): Promise<StandingFault> {
  const { place, tasks, setting, signal } = stage;
  const kind = kindOf(setting.fault);
  const meant = kind === 'partition' ? tasks.slice(-1) : tasks;
  const names = meant.map(({ name }) => name);
  const fault: ServiceFault =
    kind === 'partition' ? { service: STORE, kind, tasks: names } : { service: STORE, kind };
  place.say(`${kind} of ${STORE} for ${kind === 'partition' ? names.join(' and ') : 'everybody'}`);
  await place.setServiceFault(fault);
  return {
    verify: async () => {
      if ((await place.askLeaseStore()) !== ANSWERS[kind]) return false;
      // The control has no leases and asks nobody for any.
      if (setting.control) return true;
      for (let waited = 0; waited <= MET_MS_MAX; waited += LOOK_MS) {
        const met = await place.metServiceFault();
        if (names.every((name) => (met[name] ?? 0) > 0)) {
          return kind !== 'partition' || Object.keys(met).every((name) => names.includes(name));
        }
        await pause(LOOK_MS, signal);
      }
      return false;
    },
    release: () => place.setServiceFault(null),
  };
}

function kindOf(fault: ThrottleFaultKind): ServiceFault['kind'] {
  if (fault === 'hang' || fault === 'kill' || fault === 'partition') return fault;
  throw new UnderstudyError(`${fault} is no fault of a service`, {
    code: 'no-such-fault',
    advice: 'give-up',
  });
}
