/** Checks the database tier of a profile. */

import type { Fault } from '../errors.ts';
import {
  BACKUP_DAYS_DEFAULT,
  DATABASE_NAME_DEFAULT,
  READERS_DEFAULT,
  READERS_MAX,
  READERS_MIN,
} from './defaults.ts';
import { DATABASE_NAME, MODES, RESERVED_DATABASES } from './names.ts';
import type { NormalizedDatabase, Warning } from './normalized.ts';
import { choiceAt, integerAt, objectAt, onlyKnown, textAt, type Fields } from './reading.ts';
import type { Size } from './types.ts';

const FIELDS = ['readers', 'redundancy', 'databaseName', 'backupDays', 'mode'];

export interface DatabaseContext {
  readonly size: Size;
  /** True when the cluster exists already, so that its shape is not ours to choose. */
  readonly attached: boolean;
}

export function readDatabase(
  faults: Fault[],
  warnings: Warning[],
  value: unknown,
  context: DatabaseContext,
): NormalizedDatabase {
  const fields = objectAt(faults, 'tiers.database', value) ?? {};
  onlyKnown(faults, 'tiers.database', fields, FIELDS);
  if (context.attached) refuseShape(faults, fields);
  const redundancy = choiceAt(faults, 'tiers.database.redundancy', fields['redundancy'], ['none' as const]);
  if (redundancy === 'none') warnings.push(SINGLE_COPY);
  return {
    readers: readReaders(faults, fields['readers'], redundancy === 'none', context.size),
    redundancy: redundancy ?? 'redundant',
    databaseName: readDatabaseName(faults, fields['databaseName']),
    backupDays:
      integerAt(faults, 'tiers.database.backupDays', fields['backupDays'], {
        min: 1,
        max: 35,
        fix: `leave it out for ${BACKUP_DAYS_DEFAULT}`,
      }) ?? BACKUP_DAYS_DEFAULT,
    mode: choiceAt(faults, 'tiers.database.mode', fields['mode'], MODES),
  };
}

const SINGLE_COPY: Warning = {
  id: 'understudy:database-single-copy',
  message:
    "tiers.database.redundancy is 'none': there is no reader to take over. Losing the writer's host stops reads " +
    'and writes until AWS has made a new one, typically under ten minutes. Leave it out to be redundant.',
};

function readReaders(faults: Fault[], value: unknown, single: boolean, size: Size): number {
  const field = 'tiers.database.readers';
  const standard = READERS_DEFAULT[size];
  if (single) {
    if (value !== undefined && value !== 0) {
      const rule = "contradicts redundancy: 'none', which means no reader";
      faults.push({ field, value, rule, fix: 'leave out one of the two' });
    }
    return 0;
  }
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < READERS_MIN) {
    faults.push({
      field,
      value,
      rule: `must be at least ${READERS_MIN}: fewer than three hosts do not survive the loss of one (I-35)`,
      fix: `leave it out for ${standard}, or ask for a single copy by name with redundancy: 'none'`,
    });
    return standard;
  }
  const rule = { min: READERS_MIN, max: READERS_MAX, fix: `leave it out for ${standard}` };
  return integerAt(faults, field, value, rule) ?? standard;
}

function readDatabaseName(faults: Fault[], value: unknown): string {
  const field = 'tiers.database.databaseName';
  const name = textAt(faults, field, value, DATABASE_NAME) ?? DATABASE_NAME_DEFAULT;
  if (RESERVED_DATABASES.includes(name)) {
    const rule = 'is a database that PostgreSQL or RDS owns';
    faults.push({ field, value, rule, fix: `leave it out for '${DATABASE_NAME_DEFAULT}'` });
  }
  return name;
}

function refuseShape(faults: Fault[], fields: Fields): void {
  for (const name of ['readers', 'backupDays']) {
    if (fields[name] === undefined) continue;
    faults.push({
      field: `tiers.database.${name}`,
      value: fields[name],
      rule: 'cannot be chosen for a cluster that exists already',
      fix: `leave it out, or change the cluster where it is defined`,
    });
  }
}
