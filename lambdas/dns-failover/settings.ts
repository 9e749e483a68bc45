/** What the stack sets for dns-failover. Bad configuration refuses to start (InvalidInput). */

import type { ExpectedRecord } from '../../core/front/index.ts';
import { parseExpectedRecords } from '../../core/front/index.ts';
import type { Mode } from '../../core/state/items.ts';
import { ENV as SHARED_ENV } from '../shared/contract.ts';
import { commonSettings, type CommonSettings, type EnvironmentReader } from '../shared/environment.ts';
import { ENV, MODE_DEFAULT } from './contract.ts';

export interface FrontSettings extends CommonSettings {
  readonly frontTable: string;
  /** All zones that have a prober. */
  readonly zones: readonly string[];
  /** The closed set of SEC-09, in the same order: a target group belongs to one balancer. */
  readonly targetGroups: readonly string[];
  readonly balancers: readonly string[];
  readonly healthPath: string;
  /** Requests a second. */
  readonly requestsPerTarget: number;
  /** Requests a second at the peak; null where none is configured. */
  readonly peakRequests: number | null;
  /** Null: nobody is asked from outside. */
  readonly check: { readonly url: string; readonly connectTo: string } | null;
  /** Null: the records are not looked after. */
  readonly hostedZone: string | null;
  readonly records: readonly ExpectedRecord[];
  /** Name of the ECS cluster whose events are heard; null for none. */
  readonly taskCluster: string | null;
  /** In force while the control item names none. */
  readonly mode: Mode;
}

const ARN = /^arn:aws[a-z-]*:elasticloadbalancing:/;
const PATH = /^\/[\x21-\x7e]*$/;
const HOST = /^[a-z0-9.-]{1,253}$/;
/** Without a port: the edge is asked where clients ask it. */
const CHECK_URL = /^https:\/\/[a-z0-9][a-z0-9.-]{0,252}\/[\x21-\x7e]*$/;
const ZONE_ID = /^([a-z0-9-]{1,40})=([a-z0-9-]{1,40})$/;
const REQUESTS = { min: 1, max: 1_000_000 };

export function frontSettings(reader: EnvironmentReader): FrontSettings {
  const { checkUrl, hostedZone, primaryName } = ENV;
  const isChecked = reader.isSet(checkUrl);
  const isLookedAfter = reader.isSet(hostedZone);
  const targetGroups = reader.texts(ENV.targetGroups, ARN);
  const balancers = reader.texts(ENV.balancers, ARN);
  const areBothRead = targetGroups.length > 0 && balancers.length > 0;
  if (areBothRead && targetGroups.length !== balancers.length) {
    const rule = `must have one balancer for each of the ${targetGroups.length} target groups`;
    reader.refuse(ENV.balancers, balancers.join(','), rule);
  }
  return {
    ...commonSettings(reader),
    frontTable: reader.text(ENV.frontTable),
    zones: reader.texts(SHARED_ENV.zones, /./),
    targetGroups,
    balancers,
    healthPath: reader.text(ENV.healthPath, PATH),
    requestsPerTarget: reader.number(ENV.requestsPerTarget, REQUESTS),
    peakRequests: reader.isSet(ENV.peakRequests) ? reader.number(ENV.peakRequests, REQUESTS) : null,
    check: isChecked
      ? { url: reader.text(checkUrl, CHECK_URL), connectTo: reader.text(primaryName, HOST) }
      : null,
    hostedZone: isLookedAfter ? reader.text(hostedZone) : null,
    records: isLookedAfter
      ? (reader.parsed(ENV.records, parseExpectedRecords, 'must be the records as deployed, as JSON') ?? [])
      : [],
    taskCluster: reader.isSet(ENV.taskCluster) ? reader.text(ENV.taskCluster) : null,
    mode: reader.mode(SHARED_ENV.mode, MODE_DEFAULT),
  };
}

/** Ids of zones by their names; empty where names are sent. */
export function zoneIdsOf(reader: EnvironmentReader): Readonly<Record<string, string>> {
  const pairs = reader.list(ENV.zoneIds).map((entry) => ZONE_ID.exec(entry));
  if (pairs.some((match) => match === null)) {
    reader.refuse(ENV.zoneIds, reader.list(ENV.zoneIds).join(','), 'must be name=id pairs joined by commas');
  }
  return Object.fromEntries(pairs.flatMap((match) => (match === null ? [] : [[match[1]!, match[2]!]])));
}
