/** The fixed list of rights against every synthesized policy, in both directions. */

import { beforeAll, describe, expect, it } from 'vitest';
import { RUNTIME_ACTIONS } from '../../../lib/shared/permission-boundary.ts';
import { allResources, synthesize, type Synthesized } from '../synth.ts';
import { admitted, grantedRights, limitsOfRoles, line, managedPolicies, trusted } from './granted.ts';
import { ADMITTED, RIGHTS, UNBOUNDED, trustOf, type Right } from './rights.ts';

type Json = Synthesized['json'];

let json: Json;
beforeAll(() => {
  json = synthesize().json;
});

/** The example runs the stock image, which is public: these are for images of a private registry. */
const PULLING = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:GetAuthorizationToken',
  'ecr:GetDownloadUrlForLayer',
];

function listedRights(rights: readonly Right[]): readonly string[] {
  const lines = rights.flatMap(({ actions, on, when }) =>
    actions.flatMap((action) => on.map((resource) => line({ action, on: resource, ...(when && { when }) }))),
  );
  return [...new Set(lines)].toSorted();
}

/** What the templates and the list do not say alike, as sentences. */
function differences(templates: Json): readonly string[] {
  const granted = grantedRights(templates);
  const roles = new Set([...granted.keys(), ...Object.keys(RIGHTS)]);
  return [...roles].flatMap((role) => {
    const listed = new Set(listedRights(RIGHTS[role] ?? []));
    const given = new Set(granted.get(role) ?? []);
    return [
      ...[...given].filter((right) => !listed.has(right)).map((right) => `${role} also may ${right}`),
      ...[...listed].filter((right) => !given.has(right)).map((right) => `${role} may not ${right}`),
    ];
  });
}

/** A copy of the templates in which the policies of a role are changed. */
function tampered(role: RegExp, change: (statement: any) => void): Json {
  const copy = structuredClone(json);
  for (const [, { Type, Properties }] of allResources(copy)) {
    const ofRole = (Properties?.['Roles'] ?? []).some(({ Ref }: { Ref: string }) => role.test(Ref));
    if (Type === 'AWS::IAM::Policy' && ofRole) Properties['PolicyDocument'].Statement.forEach(change);
  }
  return copy;
}

const ofAction = (action: string, change: (statement: any) => void) => (statement: any) => {
  if ([statement.Action].flat().includes(action)) change(statement);
};

describe('SEC-01: the fixed list of rights', () => {
  it.each(Object.keys(RIGHTS))('%s has what the list says and no more', (role) => {
    expect(grantedRights(json).get(role)).toEqual(listedRights(RIGHTS[role]!));
  });

  it('covers every role of every stack', () => {
    expect([...grantedRights(json).keys()].toSorted()).toEqual(Object.keys(RIGHTS).toSorted());
    expect(differences(json)).toEqual([]);
  });

  it.each<[string, RegExp, (statement: any) => void, RegExp]>([
    [
      'an action is added',
      /WriteFailoverRole/,
      ofAction('rds:FailoverDBCluster', (s) => (s.Action = ['rds:FailoverDBCluster', 'rds:DeleteDBCluster'])),
      /^write-failover also may rds:DeleteDBCluster on /,
    ],
    [
      'an action is taken away',
      /WriteFailoverRole/,
      ofAction('rds:FailoverDBCluster', (s) => (s.Action = [])),
      /^write-failover may not rds:FailoverDBCluster on /,
    ],
    [
      'a resource becomes wider',
      /ReconcileRole/,
      ofAction('ssm:GetParametersByPath', (s) => (s.Resource = 'arn:aws:ssm:*:*:parameter/*')),
      /^reconcile also may ssm:GetParametersByPath on arn:aws:ssm:\*:\*:parameter\/\*$/,
    ],
    [
      'a resource of one more is added',
      /ReplicaPoolRole/,
      ofAction('rds:ModifyDBClusterEndpoint', (s) => (s.Resource = [s.Resource, 'arn:aws:rds:::other'])),
      /^replica-pool also may rds:ModifyDBClusterEndpoint on arn:aws:rds:::other$/,
    ],
    [
      'a condition is dropped',
      /us.east.1aProberRole|useast1aProberRole/,
      ofAction('dynamodb:PutItem', (s) => delete s.Condition),
      /^health-check-us-east-1a also may dynamodb:PutItem on <StateTable.Arn>$/,
    ],
    [
      'one more partition may be written',
      /ReconcileRole/,
      ofAction('dynamodb:PutItem', (s) =>
        s.Condition['ForAllValues:StringEquals']['dynamodb:LeadingKeys'].push('control'),
      ),
      /^reconcile also may dynamodb:PutItem .*LeadingKeys=control\|quotas\|thresholds/,
    ],
    [
      'a right is turned into all but one',
      /ReconcileRole/,
      ofAction('cloudwatch:DescribeAlarms', (s) => {
        s.NotAction = s.Action;
        delete s.Action;
      }),
      /^reconcile also may everything but cloudwatch:DescribeAlarms on /,
    ],
  ])('fails when %s', (_what, role, change, expected) => {
    const found = differences(tampered(role, change));
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  it('fails when a role gets a policy inside itself, or a role is added', () => {
    const copy = structuredClone(json) as any;
    const document = { Statement: [{ Effect: 'Allow', Action: 'iam:PassRole', Resource: '*' }] };
    for (const [id, { Type, Properties }] of allResources(copy) as any) {
      if (Type === 'AWS::IAM::Role' && /ReconcileRole/.test(id)) {
        Properties.Policies = [{ PolicyName: 'more', PolicyDocument: document }];
      }
    }
    copy.control.Resources.Another = {
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument: {}, Policies: [{ PolicyDocument: document }] },
    };
    expect(differences(copy)).toEqual([
      'reconcile also may iam:PassRole on *',
      'Another also may iam:PassRole on *',
    ]);
  });
});

describe('SEC-04: managed policies and the boundary', () => {
  it('attach nothing to any role, and bound every role that is ours alone', () => {
    const limits = Object.fromEntries(limitsOfRoles(json));
    const expected = Object.keys(RIGHTS).map((role) => [
      role,
      UNBOUNDED.includes(role) ? [] : ['within <PermissionBoundary>'],
    ]);
    expect(limits).toEqual(Object.fromEntries(expected));
  });

  it('is seen when a managed policy is attached', () => {
    const copy = structuredClone(json);
    for (const [, { Type, Properties }] of allResources(copy) as any) {
      if (Type === 'AWS::IAM::Role')
        Properties.ManagedPolicyArns = ['arn:aws:iam::aws:policy/ReadOnlyAccess'];
    }
    expect(limitsOfRoles(copy).get('reconcile')).toContain('attached arn:aws:iam::aws:policy/ReadOnlyAccess');
  });

  it('the boundary is the only managed policy, and holds every action of the list and of pulling images, and no other', () => {
    const used = Object.entries(RIGHTS)
      .filter(([role]) => !UNBOUNDED.includes(role))
      .flatMap(([, rights]) => rights.flatMap(({ actions }) => actions));
    const expected = [...new Set([...used, ...PULLING])].toSorted();
    expect([...RUNTIME_ACTIONS].toSorted()).toEqual(expected);
    const managed = Object.fromEntries(managedPolicies(json));
    const lines = expected.map((action) => `${action} on *`);
    expect(Object.keys(managed).toSorted()).toEqual(
      ['compute', 'control', 'database', 'network'].map((stack) => `${stack}.PermissionBoundary`),
    );
    for (const policy of Object.values(managed)) expect(policy.toSorted()).toEqual(lines.toSorted());
  });
});

describe('SEC-05, SEC-06: who may act for us', () => {
  it.each(Object.keys(RIGHTS))('%s is taken on by its service alone', (role) => {
    expect(trusted(json).get(role)).toEqual(trustOf(role));
  });

  it('functions, the topic and the queue admit only what the list says', () => {
    expect(admitted(json)).toEqual(ADMITTED.toSorted());
  });

  it('is seen when a permission loses its source', () => {
    const copy = structuredClone(json);
    for (const [, { Type, Properties }] of allResources(copy) as any) {
      if (Type === 'AWS::Lambda::Permission') delete Properties.SourceArn;
    }
    expect(admitted(copy)).not.toEqual(ADMITTED.toSorted());
  });
});
