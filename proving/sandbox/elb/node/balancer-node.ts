/** A node of a balancer: its listeners, its view of the targets, and what it does with each request. */

import http from 'node:http';
import { chooseGroup } from '../../../twin/elb/index.ts';
import type { NetworkRule } from '../../network/rule.ts';
import type { WeightedGroup } from '../model.ts';
import type { FromNode, GroupConfig, NodeConfig, NodeSetup, PortFault } from '../node-protocol.ts';
import { AccessLog } from './access-log.ts';
import { Checker, type CheckResult } from './checker.ts';
import { Counters } from './counters.ts';
import { type Connection, Entry } from './entry.ts';
import { Exchange } from './exchange.ts';
import { forward } from './forward.ts';
import { answerAction, answerError } from './pages.ts';
import { ruleFor } from './rules.ts';
import { Group, type Target } from './targets.ts';
import { traceIdFor } from './trace.ts';

export class BalancerNode {
  private readonly setup: NodeSetup;
  private readonly tell: (message: FromNode) => void;
  private readonly entries = new Map<number, Entry>();
  private readonly groups = new Map<string, Group>();
  private readonly checkers = new Map<Target, Checker>();
  private readonly counters = new Counters();
  private readonly log: AccessLog;
  private config: NodeConfig;
  private rules: readonly NetworkRule[] = [];
  private reporting: NodeJS.Timeout | undefined;

  constructor(setup: NodeSetup, tell: (message: FromNode) => void) {
    this.setup = setup;
    this.tell = tell;
    this.config = setup.config;
    this.rules = setup.networkRules;
    const onFile = (file: string, endAt: number) => tell({ kind: 'log', file, endAt });
    this.log = new AccessLog({ folder: setup.logFolder, onFile });
  }

  setRules(rules: readonly NetworkRule[]): void {
    this.rules = rules;
    for (const entry of this.entries.values()) entry.setRules(rules);
  }

  /** @returns ports that it cannot have */
  async configure(config: NodeConfig): Promise<readonly PortFault[]> {
    if (this.reporting === undefined || config.reportMs !== this.config.reportMs) {
      clearInterval(this.reporting);
      this.reporting = setInterval(() => this.report(), config.reportMs);
    }
    this.config = config;
    this.log.configure(config.log);
    this.configureGroups(config.groups);
    return this.configureEntries();
  }

  private configureGroups(configs: readonly GroupConfig[]): void {
    for (const [arn, group] of this.groups) {
      if (configs.some((config) => config.arn === arn)) continue;
      group.end();
      this.groups.delete(arn);
    }
    for (const config of configs) {
      const group = this.groups.get(config.arn) ?? new Group(config);
      this.groups.set(config.arn, group);
      for (const target of group.configure(config, this.config.idleMs, Date.now())) {
        // A node in the place of another one: what that one said of the target is void.
        this.tellHealth(group, target, null);
        this.check(group, target);
      }
      for (const target of group.targets.values()) this.tellDrained(group, target);
    }
    const living = new Set([...this.groups.values()].flatMap(({ targets }) => [...targets.values()]));
    for (const [target, checker] of this.checkers) {
      if (living.has(target) && target.health.state !== 'draining') continue;
      checker.stop();
      this.checkers.delete(target);
    }
  }

  private async configureEntries(): Promise<readonly PortFault[]> {
    const { address } = this.setup;
    const faults: PortFault[] = [];
    for (const [port, entry] of this.entries) {
      if (this.config.listeners.some((listener) => listener.port === port)) continue;
      entry.end();
      this.entries.delete(port);
    }
    for (const listener of this.config.listeners) {
      const { port } = listener;
      const known = this.entries.get(port);
      known?.configure(listener);
      if (known !== undefined) continue;
      const onRequest = (...arrived: [http.IncomingMessage, http.ServerResponse, Connection]) =>
        this.serve(port, ...arrived);
      const entry = new Entry({ address, port, idleMs: () => this.config.idleMs, onRequest }, listener);
      entry.setRules(this.rules);
      try {
        await entry.listen();
        this.entries.set(port, entry);
      } catch (error) {
        faults.push({ port, code: (error as NodeJS.ErrnoException).code ?? String(error) });
      }
    }
    return faults;
  }

  private serve(
    port: number,
    request: http.IncomingMessage,
    response: http.ServerResponse,
    connection: Connection,
  ): void {
    const { xff, keepAliveMs } = this.config;
    const given = request.headers['x-amzn-trace-id'];
    const traceId = traceIdFor(Array.isArray(given) ? given[0] : given, Date.now());
    const protocol = connection.tls === null ? ('http' as const) : ('https' as const);
    const arrival = { peer: connection.peer, protocol, port, traceId, xff };
    const exchange = new Exchange({ request, response }, arrival, connection);
    this.counters.request();
    if (performance.now() - connection.openedAt > keepAliveMs) response.shouldKeepAlive = false;
    const listener = this.config.listeners.find((one) => one.port === port);
    if (listener === undefined) return response.destroy() && undefined;
    const { action, priority } = ruleFor(listener, exchange);
    exchange.priority = priority;
    exchange.action = action.kind;
    if (action.kind === 'forward') {
      this.forward(exchange, action.groups);
      return;
    }
    exchange.redirectUrl = answerAction(response, action, exchange);
    exchange.status = action.status;
    this.counters.ownAnswer(action.kind === 'fixed-response' ? action.status : 0);
    response.on('close', () => this.finish(exchange));
  }

  private forward(exchange: Exchange, groups: readonly WeightedGroup[]): void {
    const chosen = chooseGroup(groups, Math.random());
    const group = chosen === null ? undefined : this.groups.get(chosen.targetGroupArn);
    const target = group?.choose(this.setup.zone, this.config.shiftedAway, Date.now()) ?? null;
    exchange.groupArn = chosen?.targetGroupArn ?? null;
    if (group === undefined || target === null) {
      exchange.status = 503;
      this.counters.ownAnswer(503);
      answerError(exchange.response, 503);
      exchange.response.on('close', () => this.finish(exchange));
      return;
    }
    const { arn } = group.config;
    exchange.target = target;
    this.counters.forwarded(arn);
    forward(exchange, target, {
      from: this.setup.address,
      idleMs: this.config.idleMs,
      told: {
        connectionError: () => this.counters.connectionError(arn),
        answered: (status, tookMs) => this.counters.targetAnswer(arn, status, tookMs),
        failed: (status) => this.counters.ownAnswer(status),
        ended: () => {
          this.finish(exchange);
          this.tellDrained(group, target);
        },
      },
    });
  }

  private finish(exchange: Exchange): void {
    if (exchange.status === 0) exchange.status = exchange.response.statusCode;
    exchange.times.endedAt = Date.now();
    this.log.add(exchange, this.config.balancer);
  }

  private check(group: Group, target: Target): void {
    if (target.health.state === 'draining') return;
    const { address, port } = target.config;
    const options = () => ({ address, port, from: this.setup.address, check: group.config.check });
    this.checkers.set(target, new Checker(options, (result) => this.checked(group, target, result)));
  }

  private checked(group: Group, target: Target, result: CheckResult): void {
    if (group.checked(target, result.passed, Date.now())) this.tellHealth(group, target, result);
  }

  private tellHealth(group: Group, target: Target, result: CheckResult | null): void {
    const complaint = result === null || result.passed ? null : result;
    this.tell({
      kind: 'health',
      group: group.config.arn,
      target: target.id,
      registration: target.config.registration,
      state: target.health.state,
      reason: complaint?.reason ?? null,
      description: complaint?.description ?? '',
    });
  }

  private tellDrained(group: Group, target: Target): void {
    if (target.health.state !== 'draining' || target.open.size > 0) return;
    const { registration } = target.config;
    this.tell({ kind: 'drained', group: group.config.arn, target: target.id, registration });
  }

  private report(): void {
    const health = [...this.groups].map(
      ([arn, group]) =>
        [arn, { healthy: group.count('healthy'), unhealthy: group.count('unhealthy') }] as const,
    );
    this.tell({ kind: 'report', report: this.counters.take(new Map(health)) });
  }
}
