/** Checks what runs in the tasks of a tier: the fields that the web tier and every service have in common. */

import type { Fault } from '../errors.ts';
import { capacityFaults } from './capacity.ts';
import {
  FARGATE_MEMORY_MB,
  HEALTH_PATH_DEFAULT,
  REQUESTS_PER_TASK_DEFAULT,
  TASKS_MAX,
  TASKS_MAX_RATIO,
  TASKS_PER_ZONE,
  TASK_CPU_DEFAULT,
  TASK_PORT_DEFAULT,
} from './defaults.ts';
import { CONTAINER_IMAGE, ENTRY_FILE, REQUEST_PATH, VERSION } from './names.ts';
import type { NormalizedTask, TaskSource } from './normalized.ts';
import { integerAt, textAt, type Fields } from './reading.ts';
import type { Size } from './types.ts';
import { readEnvironment, readSecrets, refuseTwice } from './variables.ts';

export const TASK_FIELDS = [
  'image',
  'entry',
  'version',
  'tasks',
  'tasksMax',
  'port',
  'healthPath',
  'cpu',
  'memoryMb',
  'requestsPerTask',
  'peakRequestsPerS',
  'environment',
  'secrets',
];

export interface TaskContext {
  readonly size: Size;
  readonly zones: readonly string[];
}

/** With every default; what is faulty has its default too, and the caller throws. */
export function readTask(
  faults: Fault[],
  path: string,
  fields: Fields,
  context: TaskContext,
): NormalizedTask {
  const zones = context.zones.length;
  const tasks = readTasks(faults, path, fields, context);
  const cpu = readCpu(faults, `${path}.cpu`, fields['cpu']);
  const task = {
    source: readSource(faults, path, fields),
    version: textAt(faults, `${path}.version`, fields['version'], VERSION),
    tasks,
    tasksMax: readTasksMax(faults, `${path}.tasksMax`, fields['tasksMax'], tasks),
    port: integerAt(faults, `${path}.port`, fields['port'], PORT) ?? TASK_PORT_DEFAULT,
    healthPath:
      textAt(faults, `${path}.healthPath`, fields['healthPath'], REQUEST_PATH) ?? HEALTH_PATH_DEFAULT,
    cpu,
    memoryMb: readMemory(faults, `${path}.memoryMb`, fields['memoryMb'], cpu),
    requestsPerTask:
      integerAt(faults, `${path}.requestsPerTask`, fields['requestsPerTask'], REQUESTS) ??
      REQUESTS_PER_TASK_DEFAULT,
    peakRequestsPerS: integerAt(faults, `${path}.peakRequestsPerS`, fields['peakRequestsPerS'], PEAK),
    environment: readEnvironment(faults, `${path}.environment`, fields['environment']),
    secrets: readSecrets(faults, `${path}.secrets`, fields['secrets']),
  };
  refuseTwice(faults, path, task);
  // A number that is no whole one is refused already, and is not named twice.
  faults.push(...capacityFaults(path, task, zones));
  return task;
}

/** Above 1023, so that a process without privileges can listen. */
const PORT = { min: 1024, max: 65_535, fix: `leave it out for ${TASK_PORT_DEFAULT}` };
const REQUESTS = { min: 1, max: 100_000, fix: `leave it out for ${REQUESTS_PER_TASK_DEFAULT}` };
const PEAK = { min: 1, max: 10_000_000, fix: 'leave it out to have no capacity check' };

/** Exactly one of `image` and `entry`. */
export function readSource(faults: Fault[], path: string, fields: Fields): TaskSource {
  const { image: givenImage, entry: givenEntry } = fields;
  const image = textAt(faults, `${path}.image`, givenImage, CONTAINER_IMAGE) ?? '';
  const entry = textAt(faults, `${path}.entry`, givenEntry, ENTRY_FILE) ?? '';
  if (givenImage !== undefined && givenEntry !== undefined) {
    const rule = 'stands beside entry: a task runs one of the two';
    faults.push({ field: `${path}.image`, value: givenImage, rule, fix: 'leave out image or entry' });
  } else if (givenImage === undefined && givenEntry === undefined) {
    const rule = 'is required where there is no image: a task must run something';
    const fix = "name a file that Node can run, such as 'src/main.ts', or an image";
    faults.push({ field: `${path}.entry`, value: undefined, rule, fix });
  }
  return givenEntry === undefined ? { kind: 'image', image } : { kind: 'entry', entry };
}

export function readTasks(faults: Fault[], path: string, fields: Fields, context: TaskContext): number {
  const standard = TASKS_PER_ZONE[context.size] * context.zones.length;
  const fix = `leave it out for ${standard}`;
  // Fewer than the zones is the capacity check's to refuse: it says why.
  return integerAt(faults, `${path}.tasks`, fields['tasks'], { min: 0, max: TASKS_MAX, fix }) ?? standard;
}

function readTasksMax(faults: Fault[], field: string, value: unknown, tasks: number): number {
  const standard = Math.min(TASKS_MAX, tasks * TASKS_MAX_RATIO);
  const rule = { min: Math.max(1, tasks), max: TASKS_MAX, fix: `leave it out for ${standard}` };
  return integerAt(faults, field, value, rule) ?? standard;
}

function readCpu(faults: Fault[], field: string, value: unknown): number {
  if (value === undefined) return TASK_CPU_DEFAULT;
  const sold = Object.keys(FARGATE_MEMORY_MB).map(Number);
  if (sold.includes(value as number)) return value as number;
  const rule = `must be one of ${sold.join(', ')}: Fargate sells no other number of CPU units`;
  faults.push({ field, value, rule, fix: `leave it out for ${TASK_CPU_DEFAULT}` });
  return TASK_CPU_DEFAULT;
}

function readMemory(faults: Fault[], field: string, value: unknown, cpu: number): number {
  const sold = FARGATE_MEMORY_MB[cpu]!;
  const least = sold[0]!;
  if (value === undefined) return least;
  if (sold.includes(value as number)) return value as number;
  const most = sold.at(-1)!;
  const sizes = sold.length <= 4 ? sold.join(', ') : `${least} to ${most} in steps of ${sold[1]! - least}`;
  const rule = `is not sold by Fargate with ${cpu} CPU units, but ${sizes}`;
  faults.push({ field, value, rule, fix: `leave it out for ${least}, or choose another cpu` });
  return least;
}
