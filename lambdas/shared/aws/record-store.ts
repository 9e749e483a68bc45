/** The hosted zone over the API of Route 53, for the repair of records alone. */

import { lookup } from 'node:dns/promises';
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type Change,
  type ResourceRecordSet,
  type Route53ClientConfig,
} from '@aws-sdk/client-route-53';
import { dnsName, type PublishedRecord } from '../../../core/front/index.ts';
import type { CallOutcome, RecordBatch, RecordStore } from '../../../core/ports/index.ts';
import { clientConfig } from './clients.ts';
import { outcomeOf } from './outcomes.ts';

const READ_MS = 3000;
const READ_TRIES = 2;
/** Records of one name that are read at most: those of each type, and a few that nobody deployed. */
const RECORDS_MAX = 100;
const PAGES_MAX = 5;

export interface RecordStoreOptions {
  readonly hostedZone: string;
  /** How long a mutating request may take, in ms. */
  readonly requestMs: number;
  /** Where AWS is reached. @default - as the SDK finds it in its environment */
  readonly connection?: Pick<Route53ClientConfig, 'region' | 'endpoint' | 'credentials'>;
}

export class Route53Records implements RecordStore {
  readonly #reader: Route53Client;
  readonly #writer: Route53Client;
  readonly #zone: string;

  constructor({ hostedZone, requestMs, connection = {} }: RecordStoreOptions) {
    this.#zone = hostedZone;
    this.#reader = new Route53Client({
      ...connection,
      ...clientConfig({ requestMs: READ_MS, tries: READ_TRIES }),
    });
    this.#writer = new Route53Client({ ...connection, ...clientConfig({ requestMs, tries: 1 }) });
  }

  async list(name: string): Promise<readonly PublishedRecord[]> {
    const found: PublishedRecord[] = [];
    let from: { StartRecordName: string; StartRecordType?: 'A'; StartRecordIdentifier?: string } = {
      StartRecordName: name,
      StartRecordType: 'A',
    };
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer = await this.#reader.send(
        new ListResourceRecordSetsCommand({ HostedZoneId: this.#zone, MaxItems: RECORDS_MAX, ...from }),
      );
      const sets = (answer.ResourceRecordSets ?? []).map(publishedOf);
      found.push(
        ...sets.filter((record) => record !== null).filter((record) => record.name === dnsName(name)),
      );
      const { IsTruncated, NextRecordName = '' } = answer;
      if (IsTruncated !== true || dnsName(NextRecordName) !== dnsName(name)) return found;
      from = {
        StartRecordName: NextRecordName,
        ...(answer.NextRecordType === undefined ? {} : { StartRecordType: answer.NextRecordType as 'A' }),
        ...(answer.NextRecordIdentifier === undefined
          ? {}
          : { StartRecordIdentifier: answer.NextRecordIdentifier }),
      };
    }
    throw new Error(`more than ${PAGES_MAX} pages of records of ${name}`);
  }

  apply({ remove, create }: RecordBatch): Promise<CallOutcome> {
    const changes = [
      ...remove.map((record): Change => ({ Action: 'DELETE', ResourceRecordSet: setOf(record) })),
      ...create.map((record): Change => ({ Action: 'CREATE', ResourceRecordSet: setOf(record) })),
    ];
    const input = {
      HostedZoneId: this.#zone,
      ChangeBatch: { Comment: 'understudy: repair', Changes: changes },
    };
    return outcomeOf(() => this.#writer.send(new ChangeResourceRecordSetsCommand(input)));
  }

  async resolves(name: string): Promise<boolean | null> {
    try {
      return (await lookup(name, { all: true })).length > 0;
    } catch (error) {
      return codeOf(error) === 'ENOTFOUND' || codeOf(error) === 'ENODATA' ? false : null;
    }
  }
}

/** Null for a record of another type. */
function publishedOf(set: ResourceRecordSet): PublishedRecord | null {
  const { Name = '', Type, AliasTarget: alias } = set;
  if (Type !== 'A' && Type !== 'AAAA') return null;
  return {
    name: dnsName(Name),
    type: Type,
    setIdentifier: set.SetIdentifier ?? null,
    failover: set.Failover ?? null,
    healthCheckId: set.HealthCheckId ?? null,
    alias:
      alias === undefined
        ? null
        : {
            dnsName: dnsName(alias.DNSName ?? ''),
            hostedZoneId: alias.HostedZoneId ?? '',
            evaluateTargetHealth: alias.EvaluateTargetHealth === true,
          },
    ttlS: set.TTL ?? null,
    values: (set.ResourceRecords ?? []).map(({ Value = '' }) => Value),
    isForeign: FOREIGN.some((field) => set[field] !== undefined),
  };
}

/** Whatever a deletion would have to repeat exactly, and what no record of ours has. */
const FOREIGN = [
  'Weight',
  'Region',
  'GeoLocation',
  'MultiValueAnswer',
  'TrafficPolicyInstanceId',
  'CidrRoutingConfig',
  'GeoProximityLocation',
] as const satisfies readonly (keyof ResourceRecordSet)[];

function setOf(record: PublishedRecord): ResourceRecordSet {
  const { name, type, setIdentifier, failover, healthCheckId, alias, ttlS, values } = record;
  return {
    Name: name,
    Type: type,
    ...(setIdentifier === null ? {} : { SetIdentifier: setIdentifier }),
    ...(failover === null ? {} : { Failover: failover }),
    ...(healthCheckId === null ? {} : { HealthCheckId: healthCheckId }),
    ...(alias === null
      ? { TTL: ttlS ?? 0, ResourceRecords: values.map((Value) => ({ Value })) }
      : {
          AliasTarget: {
            DNSName: alias.dnsName,
            HostedZoneId: alias.hostedZoneId,
            EvaluateTargetHealth: alias.evaluateTargetHealth,
          },
        }),
  };
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
}
