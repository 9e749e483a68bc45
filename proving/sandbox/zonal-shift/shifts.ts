/** Zonal shifts: one a balancer, for a time, away from one of its zones. */

import { randomUUID } from 'node:crypto';
import { zoneId } from '../cloudformation/names.ts';
import { AwsError, type Balancers, type World } from '../kernel/index.ts';

export type ShiftStatus = 'ACTIVE' | 'EXPIRED' | 'CANCELED';

export interface Shift {
  readonly id: string;
  readonly balancerArn: string;
  /** As the API names it: `use1-az1`. */
  readonly awayFrom: string;
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly comment: string;
  status: ShiftStatus;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** API reference: "up to three days (72 hours)" at first; then it has to be renewed. */
const EXPIRES_MS_MAX = 72 * HOUR_MS;
const EXPIRES = /^([1-9][0-9]*)([mh])$/;
/** Ended ones that are still told of. */
const KEPT_MAX = 100;

/** Durations are those that were asked for, whatever the pace: they are no managed times. */
export class Shifts {
  readonly #world: World;
  readonly #balancers: () => Balancers;
  readonly #shifts: Shift[] = [];
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(world: World, balancers: () => Balancers) {
    this.#world = world;
    this.#balancers = balancers;
  }

  all(): readonly Shift[] {
    return this.#shifts;
  }

  /** @throws AwsError `ValidationException`, `ResourceNotFoundException`, `ConflictException` */
  start(wanted: { balancer: string; awayFrom: string; expiresIn: string; comment: string }): Shift {
    const { awayFrom, comment } = wanted;
    const forMs = durationOf(wanted.expiresIn);
    const { arn, zones } = this.zonesOf(wanted.balancer);
    const zone = zones.get(awayFrom);
    if (zone === undefined) {
      const known = [...zones.keys()].join(', ');
      throw invalid('InvalidAz', `awayFrom = ${awayFrom}: the resource is in the zones ${known}`);
    }
    const active = this.active(arn);
    if (active) {
      throw new AwsError('ConflictException', `${arn} has an active zonal shift already: ${active.id}`, {
        status: 409,
        fields: { reason: 'ZonalShiftAlreadyExists', zonalShiftId: active.id },
      });
    }
    this.#apply(arn, zone);
    const startedAt = this.#world.now();
    const shift: Shift = {
      id: randomUUID(),
      balancerArn: arn,
      awayFrom,
      startedAt,
      expiresAt: startedAt + forMs,
      comment,
      status: 'ACTIVE',
    };
    this.#shifts.push(shift);
    if (this.#shifts.length > KEPT_MAX) this.#shifts.shift();
    this.#timers.set(
      shift.id,
      setTimeout(() => this.#end(shift, 'EXPIRED'), forMs),
    );
    return shift;
  }

  /** @throws AwsError `ResourceNotFoundException`, `ConflictException` for one that has ended */
  cancel(id: string): Shift {
    const shift = this.#shifts.find((one) => one.id === id);
    if (!shift)
      throw new AwsError('ResourceNotFoundException', `There is no zonal shift ${id}`, { status: 404 });
    if (shift.status !== 'ACTIVE') {
      throw new AwsError('ConflictException', `The zonal shift ${id} is ${shift.status}`, {
        status: 409,
        fields: { reason: 'ZonalShiftStatusNotActive', zonalShiftId: id },
      });
    }
    this.#end(shift, 'CANCELED');
    return shift;
  }

  active(balancerArn: string): Shift | undefined {
    return this.#shifts.find((shift) => shift.balancerArn === balancerArn && shift.status === 'ACTIVE');
  }

  /** By the ARN of a balancer: its zones by their id. Throws AwsError `ResourceNotFoundException`. */
  zonesOf(balancer: string): { readonly arn: string; readonly zones: ReadonlyMap<string, string> } {
    const nodes = this.#balancers()
      .list()
      .filter(({ balancerArn }) => balancerArn === balancer);
    if (nodes.length === 0) throw unmanaged(balancer);
    return { arn: balancer, zones: new Map(nodes.map(({ az }) => [zoneId(az), az])) };
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** A balancer whose attribute `zonal_shift.config.enabled` is off refuses it, and is no resource of ARC's. */
  #apply(arn: string, zone: string): void {
    try {
      this.#balancers().shiftAway(arn, zone);
    } catch (error) {
      if (error instanceof AwsError) throw unmanaged(arn, error.message);
      throw error;
    }
  }

  #end(shift: Shift, status: ShiftStatus): void {
    shift.status = status;
    clearTimeout(this.#timers.get(shift.id));
    this.#timers.delete(shift.id);
    try {
      this.#balancers().shiftAway(shift.balancerArn, null);
    } catch (error) {
      // The balancer may be gone by now: then nothing is led away from it any more.
      this.#world.log('zonal-shift', 'a shift ended without its balancer', { error: String(error) });
    }
  }
}

function durationOf(expiresIn: string): number {
  const match = EXPIRES.exec(expiresIn);
  const ms = match ? Number(match[1]) * (match[2] === 'h' ? HOUR_MS : MINUTE_MS) : 0;
  if (ms > 0 && ms <= EXPIRES_MS_MAX) return ms;
  throw invalid('InvalidExpiresIn', `expiresIn = ${expiresIn}: 1m to 72h, as in 30m or 2h`);
}

function invalid(reason: string, message: string): AwsError {
  return new AwsError('ValidationException', message, { fields: { reason } });
}

function unmanaged(resource: string, why = 'there is no such balancer'): AwsError {
  const message = `${resource} is no resource that zonal shift manages: ${why}`;
  return new AwsError('ResourceNotFoundException', message, { status: 404 });
}
