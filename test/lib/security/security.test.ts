import { beforeAll, describe, expect, it } from 'vitest';
import { allResources, functionNamed, synthesize, type Resource, type Synthesized } from '../synth.ts';
import {
  actionsOf,
  confusedDeputies,
  escalations,
  exposedDatabases,
  openDoors,
  statementsByRole,
  uncapped,
  wildcards,
  type Statement,
} from './checks.ts';

let json: Synthesized['json'];
beforeAll(() => {
  json = synthesize().json;
});

/** A copy of the templates in which the resources of a type are changed. */
function tampered(type: string, change: (resource: any, id: string) => void): Synthesized['json'] {
  const copy = structuredClone(json);
  for (const [id, resource] of allResources(copy)) if (resource.Type === type) change(resource, id);
  return copy;
}

function statementsOf(reportName: string): readonly Statement[] {
  const [id, { Properties }] = functionNamed(json, reportName);
  const role = Properties['Role']['Fn::GetAtt'][0] as string;
  return statementsByRole(json).get(`${id.split('.')[0]}.${role}`)!;
}

describe('SEC-01: wildcards', () => {
  it('has no wildcard action, and * only for reads without a resource level', () => {
    expect(wildcards(json)).toEqual([]);
  });

  it('is seen when a mutating action gets *', () => {
    const open = tampered('AWS::IAM::Policy', ({ Properties }) => {
      for (const statement of Properties.PolicyDocument.Statement) {
        if (actionsOf(statement).includes('rds:FailoverDBCluster')) statement.Resource = '*';
      }
    });
    expect(wildcards(open)).toEqual([
      expect.stringMatching(/WriteFailover.* may rds:FailoverDBCluster on \*/),
    ]);
  });
});

describe('SEC-03: the failover role', () => {
  it('may act on its own cluster and its members, and creates, deletes, modifies and restores nothing', () => {
    const acting = statementsOf('write-failover').filter((statement) =>
      actionsOf(statement).some((action) => /^rds:(?!Describe)/.test(action)),
    );
    expect(acting.flatMap(actionsOf)).toEqual(['rds:FailoverDBCluster']);
    const arns = acting.flatMap(({ Resource }) => Resource as unknown[]).map((arn) => JSON.stringify(arn));
    expect(arns).toHaveLength(4);
    expect(arns[0]).toMatch(/:cluster:.*DatabaseAuroraCluster/);
    for (const arn of arns.slice(1)) expect(arn).toMatch(/:db:.*DatabaseAuroraClusterMember\d/);
  });
});

describe('SEC-04: nothing at run time changes rights or code', () => {
  it('holds, every role stays within the boundary and no function shares one', () => {
    expect(escalations(json)).toEqual([]);
  });

  it('is seen when a role may pass roles', () => {
    const open = tampered('AWS::IAM::Policy', ({ Properties }, id) => {
      if (id.includes('Reconcile')) Properties.PolicyDocument.Statement[0].Action = 'iam:PassRole';
    });
    expect(escalations(open).join()).toMatch(/may iam:PassRole/);
  });

  it('is seen when a role loses its boundary', () => {
    const open = tampered('AWS::IAM::Role', ({ Properties }) => {
      delete Properties.PermissionsBoundary;
    });
    expect(escalations(open).length).toBeGreaterThan(5);
  });
});

describe('SEC-05: every service principal names its source', () => {
  it('holds', () => {
    expect(confusedDeputies(json)).toEqual([]);
  });

  it.each<[string, (resource: Resource & { Properties: any }) => void]>([
    [
      'AWS::IAM::Role',
      ({ Properties }) => delete Properties['AssumeRolePolicyDocument'].Statement[0].Condition,
    ],
    [
      'AWS::SNS::TopicPolicy',
      ({ Properties }) => delete Properties['PolicyDocument'].Statement.at(-1).Condition,
    ],
    ['AWS::KMS::Key', ({ Properties }) => delete Properties['KeyPolicy'].Statement.at(-1).Condition],
    [
      'AWS::Lambda::Permission',
      ({ Properties }) => {
        delete Properties['SourceAccount'];
        delete Properties['SourceArn'];
      },
    ],
  ])('is seen when %s loses its condition', (type, change) => {
    expect(confusedDeputies(tampered(type, change)).length).toBeGreaterThan(0);
  });
});

describe('SEC-06: nothing is open to anyone', () => {
  it('holds', () => {
    expect(openDoors(json)).toEqual([]);
  });

  it('is seen when a queue allows anyone', () => {
    const open = tampered('AWS::SQS::QueuePolicy', ({ Properties }) => {
      Properties.PolicyDocument.Statement[0].Effect = 'Allow';
    });
    expect(openDoors(open)).toHaveLength(1);
  });

  it('is seen when a function has a URL', () => {
    const copy = structuredClone(json) as any;
    copy.control.Resources.Url = { Type: 'AWS::Lambda::Url', Properties: {} };
    expect(openDoors(copy)).toEqual(['control.Url is a public function URL']);
  });
});

describe('SEC-15: the database', () => {
  it('is encrypted, backed up, private, protected by default and forces TLS', () => {
    expect(exposedDatabases(json, false)).toEqual([]);
    expect(exposedDatabases(synthesize({ deletionProtection: true }).json, true)).toEqual([]);
  });

  it.each<[string, string, (resource: any) => void]>([
    [
      'plain text is allowed',
      'AWS::RDS::DBClusterParameterGroup',
      ({ Properties }) => (Properties.Parameters['rds.force_ssl'] = '0'),
    ],
    [
      'an instance is public',
      'AWS::RDS::DBInstance',
      ({ Properties }) => (Properties.PubliclyAccessible = true),
    ],
    ['storage is plain', 'AWS::RDS::DBCluster', ({ Properties }) => (Properties.StorageEncrypted = false)],
    [
      'addresses are admitted',
      'AWS::EC2::SecurityGroupIngress',
      ({ Properties }) => delete Properties.SourceSecurityGroupId,
    ],
  ])('is seen when %s', (_what, type, change) => {
    expect(exposedDatabases(tampered(type, change), false).length).toBeGreaterThan(0);
  });
});

describe('SEC-16: everything has a cap', () => {
  it('holds', () => {
    expect(uncapped(json)).toEqual([]);
  });

  it.each<[string, string, (resource: any) => void]>([
    [
      'concurrency',
      'AWS::Lambda::Function',
      ({ Properties }) => delete Properties.ReservedConcurrentExecutions,
    ],
    ['a dead-letter queue', 'AWS::Lambda::Function', ({ Properties }) => delete Properties.DeadLetterConfig],
    [
      'an event age',
      'AWS::Lambda::EventInvokeConfig',
      ({ Properties }) => delete Properties.MaximumEventAgeInSeconds,
    ],
    [
      'a record age',
      'AWS::Lambda::EventSourceMapping',
      ({ Properties }) => delete Properties.MaximumRecordAgeInSeconds,
    ],
    [
      'retries of schedules',
      'AWS::Scheduler::Schedule',
      ({ Properties }) => delete Properties.Target.RetryPolicy,
    ],
    ['retention', 'AWS::Logs::LogGroup', ({ Properties }) => delete Properties.RetentionInDays],
  ])('is seen when %s is missing', (_what, type, change) => {
    expect(uncapped(tampered(type, change)).length).toBeGreaterThan(0);
  });
});
