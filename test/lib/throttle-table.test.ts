import { type CfnResource, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { EPHEMERAL_MARK } from '../../core/profile/lock.ts';
import { ThrottleTable } from '../../lib/index.ts';
import { plainId } from './security/render.ts';
import { resourcesOf, synthesize, testApp } from './synth.ts';

const throttle = { quotes: { application: 'shop', capacityPerS: 100 } };

function alone(): { stack: Stack; throttle: ThrottleTable } {
  const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
  return { stack, throttle: new ThrottleTable(stack, 'Throttle') };
}

function statementsOf(stack: Stack): readonly any[] {
  const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  return policy!['Properties'].PolicyDocument.Statement;
}

const leading = (...keys: readonly string[]) => ({
  'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': keys },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});

describe("the throttle's table", () => {
  it('is on demand, expiring, streams keys alone and goes with its stack', () => {
    const template = Template.fromStack(alone().stack);
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Metadata: { [EPHEMERAL_MARK]: true },
      Properties: {
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: false,
        SSESpecification: { SSEEnabled: true },
        StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      },
    });
  });

  it("grants a process its application's demand and lease, each for one action", () => {
    const { stack, throttle: table } = alone();
    const role = new iam.Role(stack, 'Role', {
      assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
    });
    table.grantInstance(role, 'shop');
    const statements = statementsOf(stack).map(({ Action, Condition }) => ({ Action, Condition }));
    expect(statements).toEqual([
      { Action: 'dynamodb:PutItem', Condition: leading('demand#shop') },
      { Action: 'dynamodb:GetItem', Condition: leading('throttle-lease#shop') },
    ]);
  });

  it('grants the function to read demand, and to keep plans and leases', () => {
    const { stack, throttle: table } = alone();
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    table.grantPlanning(role, ['shop', 'search']);
    const leases = ['throttle-lease#shop', 'throttle-lease#search'];
    const statements = statementsOf(stack).map(({ Action, Condition }) => ({ Action, Condition }));
    expect(statements).toEqual([
      { Action: 'dynamodb:Query', Condition: leading('demand#shop', 'demand#search', ...leases) },
      { Action: 'dynamodb:GetItem', Condition: leading('throttle-plan') },
      { Action: 'dynamodb:PutItem', Condition: leading('throttle-plan', ...leases) },
    ]);
  });
});

describe('an environment', () => {
  const tablesOf = (made: ReturnType<typeof synthesize>): readonly string[] =>
    resourcesOf(made.json.state, 'AWS::DynamoDB::Table')
      .map(([id]) => plainId(id))
      .toSorted();

  it('has the table where it throttles something, and not otherwise', () => {
    const without = synthesize({ throttle: {} });
    expect(without.environment.state.throttleTable).toBeNull();
    const expected = ['FrontTable', 'StateTable', 'ThrottleTable'];
    expect(tablesOf(without)).toEqual(expected.slice(0, 2));
    expect(tablesOf(synthesize({ throttle }))).toEqual(expected);
  });

  it('lets it go in a second deployment: without a resource no stack imports anything of it', () => {
    const imports = ({ json }: ReturnType<typeof synthesize>): readonly string[] =>
      [json.control, json.database].flatMap(
        (template) => JSON.stringify(template).match(/"Fn::ImportValue":"[^"]*ThrottleTable[^"]*"/g) ?? [],
      );
    expect(imports(synthesize({ throttle })).length).toBeGreaterThan(0);
    expect(imports(synthesize({ throttle: {} }))).toEqual([]);
  });

  it('keeps it out of the lock by its mark alone: without the mark it would be locked', () => {
    const { environment, json } = synthesize({ throttle });
    const [mark] = Object.entries(json.state.Resources).filter(
      ([id, { Metadata }]) => Metadata?.[EPHEMERAL_MARK] === true && id.startsWith('Throttle'),
    );
    const locked = environment.lock().stateful['State']!;
    expect(Object.values(locked).toSorted()).toEqual(['AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret']);
    expect(locked).not.toHaveProperty(mark![0]);
    const table = environment.state.throttleTable!.table.node.defaultChild as CfnResource;
    table.addMetadata(EPHEMERAL_MARK, false);
    expect(Object.keys(environment.lock().stateful['State']!)).toContain(mark![0]);
  });

  it('deletes it even where data is protected: nothing in it is worth keeping', () => {
    const { json } = synthesize({ throttle, deletionProtection: true });
    const tables = resourcesOf(json.state, 'AWS::DynamoDB::Table').map(([id, table]) => [
      plainId(id),
      table.DeletionPolicy,
    ]);
    expect(Object.fromEntries(tables)).toMatchObject({ StateTable: 'Retain', ThrottleTable: 'Delete' });
  });

  it('lets only the applications that throttle something use it', () => {
    const { json } = synthesize({ throttle, applications: ['shop', 'search'] });
    const policies = resourcesOf(json.database, 'AWS::IAM::Policy')
      .map(([id, { Properties }]) => [id, JSON.stringify(Properties['PolicyDocument'])] as const)
      .filter(([, text]) => text.includes('throttle-lease#'));
    expect(policies.map(([id]) => id)).toEqual([expect.stringContaining('Applicationshop')]);
    expect(policies[0]![1]).not.toContain('search');
  });
});
