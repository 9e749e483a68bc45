/**
 * DNS of the sandbox: an authoritative server for its zones, and a caching stub resolver in front of it. Clients
 * use the stub, so they see a moved name only when its TTL has run out, as on a network.
 */

import { fileURLToPath } from 'node:url';
import { answer, AnswerCache, zoneOf } from '../../twin/dns/index.ts';
import type { Names, Part, World } from '../kernel/index.ts';
import { HostedZones } from './hosted-zones.ts';
import { type DnsListener, listen } from './listener.ts';
import { type Question, respond } from './message.ts';
import { Records } from './records.ts';
import { route53Service } from './route53.ts';
import { hostedZoneProvider } from './zone-provider.ts';

export interface DnsOptions {
  /** Zones to be authoritative for. @default ['amazonaws.com'] */
  readonly zones?: readonly string[];
  /** @default 0, a free port */
  readonly authoritativePort?: number;
  /** @default 0, a free port */
  readonly stubPort?: number;
}

export interface Dns extends Part {
  readonly names: Names;
  /** The hosted zones of Route 53. */
  readonly hostedZones: HostedZones;
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

export const DEFAULT_ZONES = ['amazonaws.com'] as const;

export function createDns(world: World, options: DnsOptions = {}): Dns {
  const records = new Records(options.zones ?? DEFAULT_ZONES);
  const cache = new AnswerCache();
  // By question: what is asked in between must not keep one client at the same value.
  const turns = new Map<string, number>();
  const fromZone = (question: Question) => {
    const key = keyOf(question);
    const turn = turns.get(key) ?? 0;
    if ((records.get(question.name)?.values.length ?? 0) > 1) turns.set(key, turn + 1);
    return answer(records, question, turn);
  };
  const fromCache = (question: Question) => {
    const key = keyOf(question);
    const now = world.now();
    const known = cache.get(key, now);
    if (known) return known;
    const fresh = fromZone(question);
    cache.put(key, fresh, now);
    return fresh;
  };
  const hostedZones = new HostedZones(world);
  let authoritative: DnsListener | undefined;
  let stub: DnsListener | undefined;
  return {
    services: [route53Service()],
    providers: [hostedZoneProvider(hostedZones)],
    names: records,
    hostedZones,
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
      if (zoneOf(records.zones, zone) !== zone) records.zones.push(zone);
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
      hostedZones.stop();
      await Promise.all([authoritative?.close(), stub?.close()]);
      authoritative = undefined;
      stub = undefined;
    },
  };
}

function keyOf({ name, type }: Question): string {
  return `${name} ${type}`;
}

function address(listener: DnsListener | undefined): string {
  if (!listener) throw new Error('the DNS part has not been started');
  return `127.0.0.1:${listener.port}`;
}
