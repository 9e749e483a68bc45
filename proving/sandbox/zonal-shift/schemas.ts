/**
 * The operations of ARC zonal shift on the wire. The SDK's client for it is not among the sandbox's packages, so the
 * schemas are written out here, in the form in which the SDK's clients carry theirs (API reference, 2022-10-30).
 */

import { AwsRestJsonProtocol } from '@aws-sdk/core/protocols';

const NAMESPACE = 'com.amazonaws.arczonalshift';

/** Kinds of schema, and of the plain types. */
const OPERATION = 9;
const STRUCTURE = 3;
const ERROR = -3;
const MAP = 2;
const LIST = 1;
const STRING = 0;
const NUMBER = 1;
const EPOCH_SECONDS = 7;

type Members = Readonly<Record<string, unknown>>;

/** @param required how many of the members, counted from the first, have to be there */
function structure(name: string, members: Members, required = 0): unknown[] {
  return [STRUCTURE, NAMESPACE, name, 0, Object.keys(members), Object.values(members), required];
}

function route(
  name: string,
  http: readonly [method: string, path: string, status: number],
  shapes: { readonly input: readonly unknown[]; readonly output: readonly unknown[] },
): unknown[] {
  return [OPERATION, NAMESPACE, name, { http }, () => shapes.input, () => shapes.output];
}

function failure(name: string, status: number, members: Members = {}): unknown[] {
  const all = { message: STRING, ...members };
  const traits = { error: 'client', httpError: status };
  return [ERROR, NAMESPACE, name, traits, Object.keys(all), Object.values(all)];
}

const label = [STRING, { httpLabel: 1 }];
const query = (name: string, kind = STRING) => [kind, { httpQuery: name }];

const SHIFT_MEMBERS = {
  zonalShiftId: STRING,
  resourceIdentifier: STRING,
  awayFrom: STRING,
  expiryTime: EPOCH_SECONDS,
  startTime: EPOCH_SECONDS,
  status: STRING,
  comment: STRING,
};
const SHIFT = structure('ZonalShift', SHIFT_MEMBERS);
const IN_RESOURCE = structure('ZonalShiftInResource', { appliedStatus: STRING, ...SHIFT_MEMBERS });
const listOf = (name: string, member: readonly unknown[]) => [LIST, NAMESPACE, name, 0, () => member];
const WEIGHTS = [MAP, NAMESPACE, 'AppliedWeights', 0, STRING, NUMBER];

const START = structure(
  'StartZonalShiftRequest',
  { resourceIdentifier: STRING, awayFrom: STRING, expiresIn: STRING, comment: STRING },
  4,
);

export const SCHEMAS = {
  StartZonalShift$: route('StartZonalShift', ['POST', '/zonalshifts', 201], { input: START, output: SHIFT }),
  CancelZonalShift$: route('CancelZonalShift', ['DELETE', '/zonalshifts/{zonalShiftId}', 200], {
    input: structure('CancelZonalShiftRequest', { zonalShiftId: label }, 1),
    output: SHIFT,
  }),
  ListZonalShifts$: route('ListZonalShifts', ['GET', '/zonalshifts', 200], {
    input: structure('ListZonalShiftsRequest', {
      nextToken: query('nextToken'),
      status: query('status'),
      maxResults: query('maxResults', NUMBER),
      resourceIdentifier: query('resourceIdentifier'),
    }),
    output: structure('ListZonalShiftsResponse', {
      items: [() => listOf('ZonalShiftSummaries', SHIFT), 0],
      nextToken: STRING,
    }),
  }),
  GetManagedResource$: route('GetManagedResource', ['GET', '/managedresources/{resourceIdentifier}', 200], {
    input: structure('GetManagedResourceRequest', { resourceIdentifier: label }, 1),
    output: structure('GetManagedResourceResponse', {
      arn: STRING,
      name: STRING,
      appliedWeights: [() => WEIGHTS, 0],
      zonalShifts: [() => listOf('ZonalShiftsInResource', IN_RESOURCE), 0],
    }),
  }),
  ConflictException$: failure('ConflictException', 409, { reason: STRING, zonalShiftId: STRING }),
  ResourceNotFoundException$: failure('ResourceNotFoundException', 404),
  ValidationException$: failure('ValidationException', 400, { reason: STRING }),
};

/** Stands where a service has its SDK client: the protocol decides the codec. */
export const CLIENT = {
  config: { protocol: new AwsRestJsonProtocol({ defaultNamespace: NAMESPACE, errorTypeRegistries: [] }) },
};
