/**
 * DNS of the sandbox: an authoritative server for its zones, and a caching stub resolver in front of it. Clients
 * use the stub, so they see a moved name only when its TTL has run out, as on a network.
 */

import { fileURLToPath } from 'node:url';
import { answer, AnswerCache, rotatedAddresses, type ZoneView } from '../../twin/dns/index.ts';
import type { Balancers, Names, Part, World } from '../kernel/index.ts';
import { type HealthCheckPorts, HealthChecks } from './health-checks/index.ts';
import { HostedZones } from './hosted-zones.ts';
import { type DnsListener, listen } from './listener.ts';
import { type Question, respond } from './message.ts';
import {
  healthCheckProvider,
  hostedZoneProvider,
  recordSetGroupProvider,
  recordSetProvider,
} from './providers/index.ts';
import { Records } from './records.ts';
import { route53Service } from './route53/service.ts';
import { ServedNames } from './served-names.ts';

export interface DnsOptions {
  /** Zones to be authoritative for. @default ['amazonaws.com'] */
  readonly zones?: readonly string[];
  /** @default 0, a free port */
  readonly authoritativePort?: number;
  /** @default 0, a free port */
  readonly stubPort?: number;
  /** What an alias asks for its target's health. @default - no name is a balancer's */
  readonly balancers?: () => Pick<Balancers, 'isHealthy'>;
  /** What a metric health check reads. @default - there is no alarm */
  readonly alarmData?: HealthCheckPorts['alarmData'];
}

export interface Dns extends Part {
  readonly names: Names;
  /** The hosted zones of Route 53. */
  readonly hostedZones: HostedZones;
  readonly healthChecks: HealthChecks;
  /** `127.0.0.1:<port>` of the authoritative server. Throws before `start`. */
  readonly authoritative: string;
  /** `127.0.0.1:<port>` of the caching stub: what clients use. Throws before `start`. */
  readonly stub: string;
  /** The environment that makes a Node process resolve the sandbox's names, given the preload's path. */
  environment(preload?: string): Readonly<Record<string, string>>;
  /** Becomes authoritative for one more zone (a private hosted zone). */
  addZone(zone: string): void;
}

/** The `--require` preload: CommonJS without dependencies, so it may be copied anywhere. */
export const LOOKUP_PRELOAD = fileURLToPath(new URL('lookup-preload.cjs', import.meta.url));

const QUESTIONS_MAX = 10_000;

export const DEFAULT_ZONES = ['amazonaws.com'] as const;

export function createDns(world: World, options: DnsOptions = {}): Dns {
  const records = new Records(options.zones ?? DEFAULT_ZONES);
  const cache = new AnswerCache();
  const hosted = new HostedZones(world);
  const checks = new HealthChecks(world, {
    alarmData: (name) => options.alarmData?.(name),
    resolve: (name) => addressOf(served, name),
  });
  const served = new ServedNames(world, {
    records,
    hosted,
    isCheckHealthy: (id) => checks.isHealthy(id),
    isBalancerHealthy: (dnsName) => options.balancers?.().isHealthy(dnsName) ?? null,
  });
  const turns = { ofZone: new Turns(), ofCache: new Turns() };
  const fromZone = (question: Question) => answer(served, question, turns.ofZone.next(keyOf(question)));
  const fromCache = (question: Question) => {
    const key = keyOf(question);
    const now = world.now();
    const known = cache.get(key, now);
    const turn = turns.ofCache.next(key);
    if (known) return { ...known, answers: rotatedAddresses(known.answers, turn) };
    const fresh = fromZone(question);
    cache.put(key, fresh, now);
    return fresh;
  };
  let authoritative: DnsListener | undefined;
  let stub: DnsListener | undefined;
  return {
    services: [route53Service(world, hosted, checks)],
    providers: [
      ...[hostedZoneProvider, recordSetProvider, recordSetGroupProvider].map((make) => make(hosted)),
      healthCheckProvider(checks),
    ],
    names: records,
    hostedZones: hosted,
    healthChecks: checks,
    get authoritative() {
      return address(authoritative);
    },
    get stub() {
      return address(stub);
    },
    environment: (preload = LOOKUP_PRELOAD) => ({
      NODE_OPTIONS: `--require=${JSON.stringify(preload)}`,
      SANDBOX_DNS: address(stub),
      SANDBOX_ZONES: records.zones.join(','),
    }),
    addZone(zone) {
      if (!records.zones.includes(zone)) records.zones.push(zone);
    },
    async start() {
      authoritative = await listen(options.authoritativePort ?? 0, (query, transport) =>
        respond(query, { transport, authoritative: true, resolve: fromZone }),
      );
      stub = await listen(options.stubPort ?? 0, (query, transport) =>
        respond(query, { transport, authoritative: false, resolve: fromCache }),
      );
      world.log('dns', 'answers', { authoritative: authoritative.port, stub: stub.port });
    },
    async stop() {
      hosted.stop();
      checks.stop();
      await Promise.all([authoritative?.close(), stub?.close()]);
      authoritative = undefined;
      stub = undefined;
    },
  };
}

/**
 * Counts the answers of each question: what is asked in between must not keep one client at the same value. Zone and
 * cache count apart, or an even number of questions in each TTL would bring the zone back to the same value.
 */
class Turns {
  readonly #byQuestion = new Map<string, number>();

  next(key: string): number {
    const turn = this.#byQuestion.get(key) ?? 0;
    if (this.#byQuestion.size >= QUESTIONS_MAX) this.#byQuestion.clear();
    this.#byQuestion.set(key, turn + 1);
    return turn;
  }
}

/** As a health checker looks a name up: the first address that the name servers answer. */
function addressOf(served: ZoneView, name: string): string | undefined {
  const { answers } = answer(served, { name: name.toLowerCase(), type: 'A' }, 0);
  return answers.find(({ type }) => type === 'A')?.data;
}

function keyOf({ name, type }: Question): string {
  return `${name} ${type}`;
}

function address(listener: DnsListener | undefined): string {
  if (!listener) throw new Error('the DNS part has not been started');
  return `127.0.0.1:${listener.port}`;
}
