/** Checks the web tier of a profile. */

import type { Fault } from '../errors.ts';
import { MODES } from './names.ts';
import type { NormalizedService, NormalizedWeb } from './normalized.ts';
import { choiceAt, listAt, objectAt, onlyKnown } from './reading.ts';
import { TASK_FIELDS, readTask, type TaskContext } from './task.ts';

const FIELDS = [...TASK_FIELDS, 'calls', 'mode'];

export interface WebContext extends TaskContext {
  readonly services: readonly NormalizedService[];
}

export function readWeb(faults: Fault[], value: unknown, context: WebContext): NormalizedWeb | null {
  if (value === undefined) return null;
  const path = 'tiers.web';
  const fields = objectAt(faults, path, value);
  if (fields === null) return null;
  onlyKnown(faults, path, fields, FIELDS);
  const services = context.services.map(({ application }) => application);
  return {
    ...readTask(faults, path, fields, context),
    calls: readCalls(faults, `${path}.calls`, fields['calls'], services),
    mode: choiceAt(faults, `${path}.mode`, fields['mode'], MODES),
  };
}

function readCalls(
  faults: Fault[],
  path: string,
  value: unknown,
  services: readonly string[],
): readonly string[] {
  if (value === undefined) return services;
  const calls: string[] = [];
  (listAt(faults, path, value) ?? []).forEach((entry, index) => {
    const field = `${path}[${index}]`;
    const name = services.find((service) => service === entry);
    if (name === undefined) {
      const known = services.join(', ') || '(there is none)';
      const fix = `name one of ${known}, or add it to tiers.service`;
      faults.push({ field, value: entry, rule: 'is none of tiers.service', fix });
    } else if (calls.includes(name)) {
      faults.push({ field, value: entry, rule: 'stands twice', fix: 'name each service once' });
    } else calls.push(name);
  });
  return calls;
}
