/** One version of the service: its instances, the registry's word on them, and their probes. */

import { discoveryName, type ServiceVersion } from '../../core/naming.ts';
import type { Cancel, Clock, Random } from '../ports.ts';
import { Instances } from './instances.ts';
import type { ServicePoolLimits } from './limits.ts';
import { Membership, type MembershipStatus } from './membership.ts';
import type { Discovery, Transport } from './ports.ts';
import { Probes } from './probes.ts';
import { instanceState, type InstanceState } from './states.ts';

/** Between two looks at what the mere passing of time changes. */
const SWEEP_MS = 200;

export interface GroupOptions {
  readonly discovery: Discovery;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ServicePoolLimits;
  readonly az: string | null;
  readonly service: string;
  readonly version: ServiceVersion;
}

export interface InstanceStatus {
  readonly id: string;
  readonly az: string | null;
  readonly state: InstanceState;
  readonly inFlight: number;
  readonly latencyMs: number;
}

export interface GroupStatus {
  readonly version: ServiceVersion;
  readonly instances: readonly InstanceStatus[];
  /** Instances that look fit. */
  readonly fit: number;
  /** True while every instance is used, because too few look fit. */
  readonly panic: boolean;
  readonly registry: MembershipStatus;
}

export class Group {
  readonly version: ServiceVersion;
  readonly instances: Instances;
  readonly #clock: Clock;
  readonly #membership: Membership;
  readonly #probes: Probes;
  #cancel: Cancel = () => {};

  constructor(options: GroupOptions) {
    const { discovery, clock, random, limits, service, version } = options;
    this.version = version;
    this.#clock = clock;
    const troubled = (): void => {
      this.#membership.hurry();
      this.#probes.tend();
    };
    this.instances = new Instances({ ...options, troubled });
    this.#membership = new Membership({
      discovery,
      clock,
      random,
      limits,
      name: discoveryName(service, version),
      found: (instances) => this.instances.follow(instances),
    });
    this.#probes = new Probes({ instances: this.instances, clock, limits });
  }

  start(): void {
    this.#membership.start();
    this.#sweepLater();
  }

  ready(ms: number): Promise<boolean> {
    return this.#membership.ready(ms);
  }

  describe(): GroupStatus {
    const { list, fit, inPanic } = this.instances;
    return {
      version: this.version,
      instances: list.map((slot) => ({
        id: slot.id,
        az: slot.instance.az,
        state: instanceState(slot),
        inFlight: slot.inFlight,
        latencyMs: slot.latencyMs,
      })),
      fit,
      panic: inPanic,
      registry: this.#membership.describe(),
    };
  }

  /** Lets nothing new begin, and what is under way finish. */
  async close(): Promise<void> {
    this.#cancel();
    this.#membership.close();
    this.#probes.close();
    await this.instances.close();
  }

  #sweepLater(): void {
    this.#cancel = this.#clock.after(
      SWEEP_MS,
      () => {
        this.instances.sweep();
        this.#probes.tend();
        this.#sweepLater();
      },
      'background',
    );
  }
}
