/** Checks the services behind the web tier. */

import type { Fault } from '../errors.ts';
import { capacityFaults } from './capacity.ts';
import { TASKS_MAX, TASKS_MAX_RATIO } from './defaults.ts';
import { MODES, VERSION } from './names.ts';
import type { NormalizedService, NormalizedTask } from './normalized.ts';
import { choiceAt, objectAt, onlyKnown, textAt } from './reading.ts';
import { TASK_FIELDS, readSource, readTask, readTasks, type TaskContext } from './task.ts';
import { readEnvironment, readSecrets, refuseTwice } from './variables.ts';

const FIELDS = [...TASK_FIELDS, 'canary', 'mode'];
const CANARY_FIELDS = ['image', 'entry', 'version', 'tasks', 'environment', 'secrets'];

export interface ServiceContext extends TaskContext {
  readonly applications: readonly string[];
}

/** Sorted by name. */
export function readServices(
  faults: Fault[],
  value: unknown,
  context: ServiceContext,
): readonly NormalizedService[] {
  if (value === undefined) return [];
  const services = objectAt(faults, 'tiers.service', value) ?? {};
  return Object.entries(services)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([application, entry]) => {
      const path = `tiers.service.${application}`;
      const fields = objectAt(faults, path, entry);
      if (fields === null) return [];
      onlyKnown(faults, path, fields, FIELDS);
      refuseStranger(faults, path, application, context.applications);
      const task = readTask(faults, path, fields, context);
      const canary = readCanary(faults, `${path}.canary`, fields['canary'], task, context);
      const mode = choiceAt(faults, `${path}.mode`, fields['mode'], MODES);
      return [{ ...task, application, canary, mode }];
    });
}

function refuseStranger(
  faults: Fault[],
  field: string,
  application: string,
  applications: readonly string[],
): void {
  if (applications.includes(application)) return;
  const rule = 'is none of applications: a service runs as the role of its application';
  const known = applications.join(', ') || '(there is none)';
  faults.push({
    field,
    value: application,
    rule,
    fix: `name one of ${known}, or add '${application}' to applications`,
  });
}

function readCanary(
  faults: Fault[],
  path: string,
  value: unknown,
  stable: NormalizedTask,
  context: TaskContext,
): NormalizedTask | null {
  if (value === undefined) return null;
  const fields = objectAt(faults, path, value);
  if (fields === null) return null;
  onlyKnown(faults, path, fields, CANARY_FIELDS);
  const tasks = readTasks(faults, path, fields, { ...context, size: 'solo' });
  const canary = {
    ...stable,
    source: readSource(faults, path, fields),
    version: textAt(faults, `${path}.version`, fields['version'], VERSION),
    tasks,
    tasksMax: Math.min(TASKS_MAX, tasks * TASKS_MAX_RATIO),
    // The peak is the service's; what share of it comes here is the strategy's to say, at run time.
    peakRequestsPerS: null,
    environment: {
      ...stable.environment,
      ...readEnvironment(faults, `${path}.environment`, fields['environment']),
    },
    secrets: { ...stable.secrets, ...readSecrets(faults, `${path}.secrets`, fields['secrets']) },
  };
  refuseTwice(faults, path, canary);
  faults.push(...capacityFaults(path, canary, context.zones.length));
  return canary;
}
