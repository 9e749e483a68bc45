/** Stands for a balancer: asks targets for their health, sends requests to the healthy ones, drains those that leave. */

import http from 'node:http';
import type { BalancerTarget, TargetGroups, TargetState } from '../../../../proving/sandbox/kernel/index.ts';

const CHECK_MS = 100;
const DRAIN_MS = 300;

interface Member {
  readonly target: BalancerTarget;
  state: TargetState;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One request on a connection of its own. Rejects as the connection does. */
export function ask(
  target: { readonly address: string; readonly port: number },
  path = '/',
  localAddress?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { address: host, port } = target;
    const options = {
      host,
      port,
      path,
      agent: false,
      timeout: 5_000,
      ...(localAddress ? { localAddress } : {}),
    };
    const request = http.get(options, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', reject);
  });
}

export class Balancer implements TargetGroups {
  readonly groups = new Map<string, Map<string, Member>>();
  healthPath = '/health';
  private readonly timer = setInterval(() => this.checkAll(), CHECK_MS);
  private turn = 0;

  add(arn: string): void {
    this.groups.set(arn, new Map());
  }

  register(arn: string, target: BalancerTarget): void {
    const key = `${target.address}:${target.port}`;
    if (!this.of(arn).has(key)) this.of(arn).set(key, { target, state: 'initial' });
  }

  async deregister(arn: string, target: BalancerTarget): Promise<void> {
    const key = `${target.address}:${target.port}`;
    const member = this.of(arn).get(key);
    if (member === undefined) return;
    member.state = 'draining';
    await new Promise((done) => setTimeout(done, DRAIN_MS));
    this.of(arn).delete(key);
  }

  stateOf(arn: string, target: BalancerTarget): TargetState {
    return this.of(arn).get(`${target.address}:${target.port}`)?.state ?? 'unused';
  }

  isAttached(arn: string): boolean {
    return this.groups.has(arn);
  }

  /** Sends one request to a healthy target, in turn. */
  async request(arn: string): Promise<Answer> {
    const healthy = [...this.of(arn).values()].filter(({ state }) => state === 'healthy');
    const member = healthy[this.turn++ % healthy.length];
    if (member === undefined) throw new Error('no healthy target');
    return await ask(member.target);
  }

  targets(arn: string): readonly BalancerTarget[] {
    return [...this.of(arn).values()].map(({ target }) => target);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private of(arn: string): Map<string, Member> {
    const group = this.groups.get(arn);
    if (group === undefined) throw new Error(`no target group ${arn}`);
    return group;
  }

  private checkAll(): void {
    for (const group of this.groups.values()) {
      for (const member of group.values()) {
        if (member.state !== 'draining') void this.check(member);
      }
    }
  }

  private async check(member: Member): Promise<void> {
    const passed = await ask(member.target, this.healthPath).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (member.state === 'draining') return;
    if (passed) member.state = 'healthy';
    // One that never was healthy is new: it fails once it answers, and wrongly.
    else if (member.state === 'healthy' || (await answers(member.target))) member.state = 'unhealthy';
  }
}

async function answers(target: BalancerTarget): Promise<boolean> {
  return await ask(target, '/').then(
    () => true,
    () => false,
  );
}
