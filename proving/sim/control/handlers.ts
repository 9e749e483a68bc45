/** The shipped handlers, wired to simulated ports as each function's entry wires them to the SDK. */

import { parameterRoot } from '../../../core/naming.ts';
import { createHandler as dnsFailover } from '../../../lambdas/dns-failover/handler.ts';
import { createHandler as healthCheck } from '../../../lambdas/health-check/handler.ts';
import { createHandler as reconcile } from '../../../lambdas/reconcile/handler.ts';
import { createHandler as replicaPool } from '../../../lambdas/replica-pool/handler.ts';
import type { ControllerSettings } from '../../../lambdas/shared/environment.ts';
import { createHandler as throttle } from '../../../lambdas/throttle/handler.ts';
import { MODE_DEFAULT } from '../../../lambdas/throttle/contract.ts';
import { createHandler as writeFailover } from '../../../lambdas/write-failover/handler.ts';
import {
  BALANCER_ARNS,
  dnsNameOf,
  HEALTH_PATH,
  NAME,
  RECORDS,
  REQUESTS_PER_TARGET,
  TARGET_GROUPS,
} from '../front/site.ts';
import type { FolderName, FunctionHandler, FunctionPorts } from './defect.ts';
import {
  ALARM_PREFIX,
  APPLICATIONS,
  CLUSTER,
  ENDPOINT,
  ENVIRONMENT,
  FRONT_TABLE,
  MODE,
  REGION,
  reportName,
  TABLE,
  THROTTLE_TABLE,
  ZONES,
} from './deployment.ts';

export interface HandlerSite {
  readonly folder: FolderName;
  readonly az: string | null;
  readonly members: readonly { readonly id: string; readonly host: string }[];
  /** What is throttled, by name. */
  readonly resources: readonly string[];
  /** What the web tier must bear, requests a second; null where no peak is named. */
  readonly peakRequests: number | null;
}

export function handlerOf(
  { folder, az, members, resources, peakRequests }: HandlerSite,
  ports: FunctionPorts,
): FunctionHandler {
  const settings: ControllerSettings = {
    env: ENVIRONMENT,
    functionName: reportName(folder, az),
    table: TABLE,
    region: REGION,
    clusterId: CLUSTER,
    memberIds: members.map(({ id }) => id),
    zones: ZONES,
    applications: APPLICATIONS,
    mode: MODE,
  };
  switch (folder) {
    case 'health-check':
      return proberOf({ az, members }, ports);
    case 'replica-pool':
      return replicaPool(ports, { ...settings, endpointId: ENDPOINT });
    case 'write-failover':
      return writeFailover(ports, settings);
    case 'throttle':
      return throttle(ports, {
        ...settings,
        mode: MODE_DEFAULT,
        throttleTable: THROTTLE_TABLE,
        resources: throttled(resources),
      });
    case 'dns-failover':
      return frontOf({ ...settings, peakRequests }, ports);
    case 'reconcile':
      break;
  }
  return reconcile(ports, {
    ...settings,
    parameterRoot: parameterRoot(ENVIRONMENT),
    alarmPrefix: ALARM_PREFIX,
    resources: throttled(resources),
  });
}

function proberOf(
  { az, members }: Pick<HandlerSite, 'az' | 'members'>,
  ports: FunctionPorts,
): FunctionHandler {
  const { front, ...own } = ports;
  const targets = front === null ? {} : { front: { store: front.store, probe: front.probe } };
  return healthCheck({ ...own, ...targets }, { env: ENVIRONMENT, az: az ?? '', members });
}

function frontOf(
  settings: ControllerSettings & Pick<HandlerSite, 'peakRequests'>,
  { front, ...ports }: FunctionPorts,
): FunctionHandler {
  if (front === null) throw new Error('there is no web tier to look after');
  const { store, ...own } = front;
  return dnsFailover(
    { ...ports, ...own, front: store },
    {
      ...settings,
      frontTable: FRONT_TABLE,
      targetGroups: TARGET_GROUPS,
      balancers: BALANCER_ARNS,
      healthPath: HEALTH_PATH,
      requestsPerTarget: REQUESTS_PER_TARGET,
      check: { url: `https://${NAME}${HEALTH_PATH}`, connectTo: dnsNameOf('primary') },
      hostedZone: 'Z0',
      records: RECORDS,
      taskCluster: ENVIRONMENT,
    },
  );
}

/** All of it belongs to the one application that there is. */
function throttled(resources: readonly string[]) {
  return resources.map((resource) => ({ resource, application: APPLICATIONS[0] }));
}
