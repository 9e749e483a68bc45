/** Checks the variables of a task: the plain ones, and those that Secrets Manager has. */

import type { Fault } from '../errors.ts';
import {
  GENERATED_SECRET,
  RESERVED_VARIABLES,
  SECRET_NAME,
  SECRET_WHOLE_ARN,
  VARIABLE_NAME,
} from './names.ts';
import type { NormalizedTask, SecretSource } from './normalized.ts';
import { objectAt, onlyKnown, requiredTextAt, textAt } from './reading.ts';

/** @returns what is legal; every other entry is noted */
export function readEnvironment(
  faults: Fault[],
  path: string,
  value: unknown,
): Readonly<Record<string, string>> {
  const read: Record<string, string> = {};
  for (const [name, entry] of variablesAt(faults, path, value)) {
    if (typeof entry === 'string') read[name] = entry;
    else
      faults.push({
        field: `${path}.${name}`,
        value: entry,
        rule: 'must be text',
        fix: 'write it in quotes',
      });
  }
  return read;
}

/** @returns what is legal; every other entry is noted, without its text, which may be a secret by mistake */
export function readSecrets(
  faults: Fault[],
  path: string,
  value: unknown,
): Readonly<Record<string, SecretSource>> {
  const read: Record<string, SecretSource> = {};
  for (const [name, entry] of variablesAt(faults, path, value)) {
    const found: Fault[] = [];
    const source = readSource(found, `${path}.${name}`, entry);
    faults.push(
      ...found.map((fault) => (typeof fault.value === 'string' ? { ...fault, value: HIDDEN } : fault)),
    );
    if (source !== null) read[name] = source;
  }
  return read;
}

const HIDDEN = '(not shown)';

function readSource(faults: Fault[], field: string, entry: unknown): SecretSource | null {
  if (typeof entry === 'string' && entry.startsWith('arn:')) {
    const arn = textAt(faults, field, entry, SECRET_WHOLE_ARN);
    return arn === null ? null : { kind: 'arn', arn };
  }
  if (typeof entry === 'string') {
    const name = textAt(faults, field, entry, SECRET_NAME);
    return name === null ? null : { kind: 'name', name };
  }
  const fields = objectAt(faults, field, entry);
  if (fields === null) return null;
  onlyKnown(faults, field, fields, ['generate']);
  const name = requiredTextAt(faults, `${field}.generate`, fields['generate'], GENERATED_SECRET);
  return name === null ? null : { kind: 'generated', name };
}

/** ECS takes a name once. */
export function refuseTwice(
  faults: Fault[],
  path: string,
  { environment, secrets }: Pick<NormalizedTask, 'environment' | 'secrets'>,
): void {
  for (const name of Object.keys(secrets)) {
    if (!Object.hasOwn(environment, name)) continue;
    const rule = 'stands in environment too: a variable is plain or a secret';
    faults.push({ field: `${path}.secrets.${name}`, value: HIDDEN, rule, fix: 'name it in one of the two' });
  }
}

/** Those whose names a task may have. */
function variablesAt(faults: Fault[], path: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (value === undefined) return [];
  return Object.entries(objectAt(faults, path, value) ?? {}).filter(([name]) => {
    const field = `${path}.${name}`;
    if (!VARIABLE_NAME.test(name)) {
      const rule = 'must be named by letters, digits and underscores, not beginning with a digit';
      faults.push({ field, value: HIDDEN, rule, fix: "use a name such as 'GREETING'" });
      return false;
    }
    if (!RESERVED_VARIABLES.test(name)) return true;
    const rule = 'is a variable that the kit or AWS sets';
    faults.push({ field, value: HIDDEN, rule, fix: 'choose another name' });
    return false;
  });
}

/** The names of all secrets that the environment makes for these tasks, each once, sorted. */
export function generatedSecretsOf(tasks: readonly Pick<NormalizedTask, 'secrets'>[]): readonly string[] {
  const names = tasks.flatMap(({ secrets }) =>
    Object.values(secrets).flatMap((source) => (source.kind === 'generated' ? [source.name] : [])),
  );
  return [...new Set(names)].toSorted();
}
