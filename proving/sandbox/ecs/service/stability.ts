/** Who waits until a service is stable: CloudFormation, after every change of it. */

import type { Deployment } from '../../../twin/ecs/index.ts';
import { AwsError, type World } from '../../kernel/index.ts';

interface Waiter {
  readonly deployment: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** CloudFormation gives a service three hours (user guide, "Troubleshooting CloudFormation": ECS did not stabilize). */
const STABLE_MS_MAX = 3 * 3_600_000;

export class Stability {
  private readonly world: World;
  private waiters: Waiter[] = [];

  constructor(world: World) {
    this.world = world;
  }

  /** Resolves when the service is steady. Rejects when the circuit breaker fails this deployment first. */
  wait(deployment: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = new AwsError('NotStabilized', 'The service did not stabilize.');
      const timer = setTimeout(() => this.end(deployment, late), this.world.managed(STABLE_MS_MAX));
      this.waiters.push({ deployment, resolve, reject, timer });
    });
  }

  steady(): void {
    const { waiters } = this;
    this.waiters = [];
    for (const { timer, resolve } of waiters) {
      clearTimeout(timer);
      resolve();
    }
  }

  /** @param why the last words of ECS on it */
  failed({ id }: Deployment, why: string): void {
    const text = "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.";
    this.end(id, new AwsError('GeneralServiceException', `${text} ${why}`.trim()));
  }

  /** Nobody waits any more. */
  cancel(reason: string): void {
    for (const { deployment } of this.waiters) this.end(deployment, new Error(reason));
  }

  private end(deployment: string, error: Error): void {
    const ended = this.waiters.filter((one) => one.deployment === deployment);
    this.waiters = this.waiters.filter((one) => one.deployment !== deployment);
    for (const { timer, reject } of ended) {
      clearTimeout(timer);
      reject(error);
    }
  }
}
