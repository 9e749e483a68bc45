/**
 * Requests to the instances of one service, without a driver: the ports bring it. Follows the registry, chooses the better
 * of two, leaves out who fails, asks again where that is safe, and keeps to the caller's time.
 */

import { RetryBudget, type RetryCounts, secondAttemptMs } from '../../core/pools/index.ts';
import type { ServiceVersion } from '../../core/naming.ts';
import type { Clock, Random } from '../ports.ts';
import type { Place } from './attempt.ts';
import { Call, type PreparedCall } from './call.ts';
import { ServiceError } from './errors.ts';
import { Group, type GroupStatus } from './group.ts';
import { deadlineOf, headerOf, IDEMPOTENCY_HEADER, passedOn, RETRIED_HEADER } from './headers.ts';
import { SERVICE_POOL_DEFAULTS, type ServicePoolLimits } from './limits.ts';
import type { Discovery, Transport } from './ports.ts';
import type { ServiceAnswer, ServiceRequest } from './request.ts';
import type { Slot } from './slot.ts';

export interface ServicePoolPorts {
  readonly discovery: Discovery;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
}

export interface ServicePoolOptions {
  /** The application that is called. */
  readonly service: string;
  /** The zone of this process. @default - unknown: every zone is as near as any other */
  readonly az?: string | null;
  readonly limits?: Partial<ServicePoolLimits>;
}

export interface ServicePoolStatus {
  readonly service: string;
  /** Versions that were asked for so far. */
  readonly versions: readonly GroupStatus[];
  readonly retries: RetryCounts;
  /** Null where hedging is off. */
  readonly hedges: RetryCounts | null;
  /** Requests that another version answered than was asked for, because it had no fit instance. */
  readonly fellBack: number;
  readonly underWay: number;
}

/** May be done twice without harm (RFC 9110, section 9.2.2), among those that services get. */
const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

export class ServicePool {
  readonly #ports: ServicePoolPorts;
  readonly #options: ServicePoolOptions;
  readonly #limits: ServicePoolLimits;
  readonly #groups = new Map<ServiceVersion, Group>();
  readonly #stable: Group;
  readonly #retries: RetryBudget;
  readonly #hedges: RetryBudget | null;
  readonly #underWay = new Set<AbortController>();
  #drained: () => void = () => {};
  #fellBack = 0;
  #closing: Promise<void> | null = null;

  constructor(ports: ServicePoolPorts, options: ServicePoolOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#limits = { ...SERVICE_POOL_DEFAULTS, ...options.limits };
    const { retry, hedging } = this.#limits;
    this.#retries = new RetryBudget(retry);
    this.#hedges = hedging && new RetryBudget({ ...retry, attemptsMax: 2, extraShare: hedging.extraShare });
    this.#stable = this.#groupOf('stable');
  }

  /**
   * One request and its whole answer, whatever its status. Rejects with `ServiceError`, with the reason of `signal`, or
   * with what makes the request itself impossible to send.
   */
  async request(request: ServiceRequest): Promise<ServiceAnswer> {
    const call = this.#prepare(request);
    const now = this.#ports.clock.now();
    this.#retries.request(now);
    this.#hedges?.request(now);
    const leave = new AbortController();
    this.#underWay.add(leave);
    try {
      const wanted = this.#groupOf(request.version ?? 'stable');
      if (wanted.instances.list.length === 0) await this.#stable.ready(call.deadlineAt - now);
      const signal = call.signal ? AbortSignal.any([call.signal, leave.signal]) : leave.signal;
      const { answer, place, attempts } = await new Call(this.#callPorts(wanted), { ...call, signal }).run();
      const version = place.instances === wanted.instances ? wanted.version : 'stable';
      if (version !== wanted.version) this.#fellBack += 1;
      return {
        ...answer,
        instance: place.slot.id,
        version,
        fellBack: version !== wanted.version,
        attempts,
      };
    } finally {
      this.#underWay.delete(leave);
      if (this.#underWay.size === 0) this.#drained();
    }
  }

  /** True once the registry has named instances, false when it has not after `ms`. */
  ready(ms: number): Promise<boolean> {
    return this.#stable.ready(ms);
  }

  /** A snapshot for people and for a status page. */
  describe(): ServicePoolStatus {
    return {
      service: this.#options.service,
      versions: [...this.#groups.values()].map((group) => group.describe()),
      retries: this.#retries.counts(),
      hedges: this.#hedges?.counts() ?? null,
      fellBack: this.#fellBack,
      underWay: this.#underWay.size,
    };
  }

  /** Refuses new requests, lets those under way finish within `drainMs`, and leaves no socket and no timer. */
  close(drainMs = 5000): Promise<void> {
    this.#closing ??= this.#close(drainMs);
    return this.#closing;
  }

  async #close(drainMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.#underWay.size === 0) return resolve();
      const cancel = this.#ports.clock.after(drainMs, resolve);
      this.#drained = () => {
        cancel();
        resolve();
      };
    });
    for (const leave of this.#underWay) leave.abort(this.#closedError());
    await Promise.all([...this.#groups.values()].map((group) => group.close()));
  }

  /** Begins to follow a version when it is first asked for. */
  #groupOf(version: ServiceVersion): Group {
    const known = this.#groups.get(version);
    if (known) return known;
    const { service, az = null } = this.#options;
    const group = new Group({ ...this.#ports, limits: this.#limits, az, service, version });
    this.#groups.set(version, group);
    group.start();
    return group;
  }

  #callPorts(wanted: Group): ConstructorParameters<typeof Call>[0] {
    const { clock, random } = this.#ports;
    return {
      clock,
      random,
      limits: this.#limits,
      retries: this.#retries,
      hedges: this.#hedges,
      hedgeMs: () => {
        const p95s = wanted.instances.list.map(({ window }) => window.p95);
        return secondAttemptMs(p95s, this.#limits.hedging!);
      },
      place: (tried) => this.#place(wanted, tried),
    };
  }

  /** Of the version that is wanted; of `stable` where that one has nobody to trust, or nobody else. */
  #place(wanted: Group, tried: readonly Slot[]): Place | null {
    const isTrusted = wanted === this.#stable || wanted.instances.isTrusted;
    for (const { instances } of isTrusted ? [wanted, this.#stable] : [this.#stable, wanted]) {
      const slot = tried.length === 0 ? instances.pick() : instances.pickOther(tried);
      if (slot !== undefined) return { slot, instances };
    }
    return null;
  }

  #prepare(request: ServiceRequest): PreparedCall {
    if (this.#closing !== null) throw this.#closedError();
    const { path, headers = {}, body = null, idempotencyKey, signal = null } = request;
    const method = request.method.toUpperCase();
    const now = this.#ports.clock.now();
    const leftMs = Math.min(request.deadlineMs ?? this.#limits.deadlineMs, deadlineOf(headers) ?? Infinity);
    return {
      method,
      path,
      headers: {
        ...passedOn(headers),
        ...(idempotencyKey === undefined ? {} : { [IDEMPOTENCY_HEADER]: idempotencyKey }),
      },
      body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
      idempotent: IDEMPOTENT_METHODS.has(method) || idempotencyKey !== undefined,
      isRepetition: headerOf(headers, RETRIED_HEADER) !== undefined,
      deadlineAt: now + leftMs,
      signal,
    };
  }

  #closedError(): ServiceError {
    const message = `the pool of ${this.#options.service} is closed`;
    return new ServiceError('service-pool-closed', message, { advice: 'give-up' });
  }
}
