/** Drills that break an AWS service as the network sees it: no answer at all, where `refusal.ts` answers an error. */

import { InvalidInput, type Fault } from '../../../core/errors.ts';
import { resetConnection, type Resettable } from '../network/reset.ts';
import { signingNameOf } from './refusal.ts';

export const SERVICE_FAULT_KINDS = ['hang', 'kill', 'partition'] as const;

/**
 * hang: requests are taken and never answered. kill: the connection is reset before any answer. partition: as hang,
 * but for the calls of the named tasks alone; everybody else is served.
 */
export interface ServiceFault {
  /** SigV4 signing name, or the SDK's name of the service. */
  readonly service: string;
  readonly kind: (typeof SERVICE_FAULT_KINDS)[number];
  /** Names of tasks: for a partition alone, and at least one. */
  readonly tasks?: readonly string[];
}

export interface ServiceFaultStatus extends ServiceFault {
  /** Requests that wait for an answer that does not come. */
  readonly held: number;
  /** Requests that it has met, by the task that sent them. */
  readonly met: Readonly<Record<string, number>>;
  /** Requests that it has met of whoever is no task. */
  readonly metOthers: number;
}

/** What is left of a connection whose request is taken. */
interface Taken extends Resettable {
  once(event: 'close', listener: () => void): unknown;
}

interface Asked {
  readonly service: string;
  /** The task that signed; null for everybody else. */
  readonly task: string | null;
}

/** Requests held at one time. Beyond that the oldest is reset, as by a host that has no room for it. */
export const HELD_MAX = 2000;

export class ServiceFaults {
  #fault: ServiceFault | null = null;
  #met = new Map<string, number>();
  #metOthers = 0;
  readonly #held = new Set<Taken>();

  /** Replaces the fault; null heals. What was held is reset: a client that still waits learns at once. */
  set(fault: ServiceFault | null): void {
    this.#fault = fault;
    this.#met = new Map();
    this.#metOthers = 0;
    for (const socket of this.#held) resetConnection(socket);
    this.#held.clear();
  }

  /** True when the fault took the request, which then gets no answer. */
  takes({ service, task }: Asked, socket: Taken): boolean {
    const fault = this.#fault;
    if (fault === null || signingNameOf(fault.service) !== service) return false;
    if (fault.kind === 'partition' && (task === null || !fault.tasks?.includes(task))) return false;
    if (task === null) this.#metOthers += 1;
    else this.#met.set(task, (this.#met.get(task) ?? 0) + 1);
    if (fault.kind === 'kill') resetConnection(socket);
    else this.#hold(socket);
    return true;
  }

  describe(): ServiceFaultStatus | null {
    if (this.#fault === null) return null;
    const met = Object.fromEntries(this.#met);
    return { ...this.#fault, held: this.#held.size, met, metOthers: this.#metOthers };
  }

  #hold(socket: Taken): void {
    const [oldest] = this.#held;
    if (this.#held.size >= HELD_MAX && oldest) {
      this.#held.delete(oldest);
      resetConnection(oldest);
    }
    this.#held.add(socket);
    socket.once('close', () => this.#held.delete(socket));
  }
}

/**
 * A fault as it came over the wire, checked.
 * @throws InvalidInput naming field, value, rule and fix
 */
export function readServiceFault(value: unknown): ServiceFault | null {
  if (value === null) return null;
  const { service, kind, tasks } = (typeof value === 'object' ? value : {}) as Record<string, unknown>;
  const faults: Fault[] = [];
  if (typeof service !== 'string' || service === '') {
    faults.push({ field: 'service', value: service, rule: 'names an AWS service', fix: "'dynamodb', say" });
  }
  const known = SERVICE_FAULT_KINDS.find((one) => one === kind);
  if (!known) {
    const fix = `use one of ${SERVICE_FAULT_KINDS.join(', ')}`;
    faults.push({ field: 'kind', value: kind, rule: 'is a kind of fault', fix });
  }
  faults.push(...tasksFaults(kind, tasks));
  if (faults.length > 0 || !known) throw new InvalidInput('The service fault', faults);
  return { service: service as string, kind: known, ...(tasks ? { tasks: tasks as string[] } : {}) };
}

function tasksFaults(kind: unknown, tasks: unknown): readonly Fault[] {
  if (kind !== 'partition') {
    if (tasks === undefined) return [];
    return [{ field: 'tasks', value: tasks, rule: 'is for a partition alone', fix: 'leave it out' }];
  }
  const isList = Array.isArray(tasks) && tasks.length > 0 && tasks.every((name) => typeof name === 'string');
  if (isList) return [];
  return [{ field: 'tasks', value: tasks, rule: 'names the tasks to cut off', fix: "['shop'], say" }];
}
