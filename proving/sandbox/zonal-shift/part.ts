/** ARC zonal shift of the sandbox: leads requests away from a zone of a balancer, for a time. */

import { type AwsService, type Balancers, operation, type Part, type World } from '../kernel/index.ts';
import { CLIENT, SCHEMAS } from './schemas.ts';
import { type Shift, Shifts } from './shifts.ts';

const SERVICE = 'arc-zonal-shift';

export interface ZonalShiftPorts {
  readonly balancers: () => Balancers;
}

export function createZonalShift(world: World, ports: ZonalShiftPorts): Part {
  const shifts = new Shifts(world, ports.balancers);
  return { services: [service(shifts)], stop: async () => shifts.stop() };
}

interface StartInput {
  readonly resourceIdentifier: string;
  readonly awayFrom: string;
  readonly expiresIn: string;
  readonly comment: string;
}

function service(shifts: Shifts): AwsService {
  const on = (action: string, resource: string) => [
    {
      action: `${SERVICE}:${action}`,
      resource,
      context: { [`${SERVICE}:ResourceIdentifier`]: resource },
    },
  ];
  const ofShift = (id: string) => shifts.all().find((shift) => shift.id === id)?.balancerArn ?? '*';
  return {
    signingName: SERVICE,
    sdk: SCHEMAS,
    client: CLIENT,
    operations: {
      StartZonalShift: operation({
        authorize: ({ resourceIdentifier }: StartInput) => on('StartZonalShift', resourceIdentifier),
        handle: ({ resourceIdentifier: balancer, ...rest }: StartInput) =>
          shape(shifts.start({ balancer, ...rest })),
      }),
      CancelZonalShift: operation({
        authorize: ({ zonalShiftId }: { zonalShiftId: string }) =>
          on('CancelZonalShift', ofShift(zonalShiftId)),
        handle: ({ zonalShiftId }: { zonalShiftId: string }) => shape(shifts.cancel(zonalShiftId)),
      }),
      ListZonalShifts: operation({
        authorize: () => [{ action: `${SERVICE}:ListZonalShifts`, resource: '*' }],
        handle: (wanted: { status?: string; resourceIdentifier?: string }) => {
          const found = shifts
            .all()
            .filter(
              ({ status, balancerArn }) =>
                (wanted.status === undefined || status === wanted.status) &&
                (wanted.resourceIdentifier === undefined || balancerArn === wanted.resourceIdentifier),
            );
          return { items: found.map(shape) };
        },
      }),
      GetManagedResource: operation({
        authorize: ({ resourceIdentifier }: { resourceIdentifier: string }) =>
          on('GetManagedResource', resourceIdentifier),
        handle: ({ resourceIdentifier }: { resourceIdentifier: string }) =>
          managed(shifts, resourceIdentifier),
      }),
    },
  };
}

function managed(shifts: Shifts, balancer: string) {
  const { arn, zones } = shifts.zonesOf(balancer);
  const active = shifts.active(arn);
  const weights = [...zones.keys()].map((id) => [id, id === active?.awayFrom ? 0 : 1] as const);
  return {
    arn,
    name: arn.split('/').at(-2) ?? arn,
    appliedWeights: Object.fromEntries(weights),
    zonalShifts: active ? [{ appliedStatus: 'APPLIED', ...shape(active) }] : [],
  };
}

function shape({ id, balancerArn, awayFrom, startedAt, expiresAt, comment, status }: Shift) {
  return {
    zonalShiftId: id,
    resourceIdentifier: balancerArn,
    awayFrom,
    startTime: new Date(startedAt),
    expiryTime: new Date(expiresAt),
    status,
    comment,
  };
}
