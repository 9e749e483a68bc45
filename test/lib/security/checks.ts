/**
 * The security checks of a synthesized environment, as functions from templates to violations, so that a test
 * can show for each of them that it fails when the protection is taken away.
 */

import { RUNTIME_ACTIONS } from '../../../lib/shared/permission-boundary.ts';
import { roleOf } from './render.ts';
import { allResources, type Resource, type Synthesized } from '../synth.ts';

type Json = Synthesized['json'];

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: Readonly<Record<string, unknown>> | string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const listed = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

export function actionsOf(statement: Statement): readonly string[] {
  return listed(statement.Action);
}

/** What a role is allowed, from inline and attached policies, by the role's logical id. */
export function statementsByRole(json: Json): ReadonlyMap<string, readonly Statement[]> {
  const found = new Map<string, Statement[]>();
  for (const [id, { Type, Properties }] of allResources(json)) {
    const stack = id.split('.')[0]!;
    if (Type === 'AWS::IAM::Role') {
      const inline = listed(Properties['Policies']).flatMap((policy: any) =>
        listed(policy.PolicyDocument.Statement),
      );
      found.set(id, [...(found.get(id) ?? []), ...(inline as Statement[])]);
    }
    if (Type === 'AWS::IAM::Policy') {
      for (const named of Properties['Roles'] as unknown[]) {
        const role = roleOf(json, stack, named);
        found.set(role, [
          ...(found.get(role) ?? []),
          ...listed<Statement>(Properties['PolicyDocument'].Statement),
        ]);
      }
    }
  }
  return found;
}

/** Reads that AWS offers no narrower resource for. */
const UNSCOPED_READS = new Set([
  'dynamodb:ListStreams',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'elasticloadbalancing:DescribeTargetHealth',
  'servicediscovery:DiscoverInstances',
]);

/** SEC-01: no wildcard action, and `*` only for reads that have no resource level. */
export function wildcards(json: Json): string[] {
  return [...statementsByRole(json)].flatMap(([role, statements]) =>
    statements.flatMap((statement) => {
      const open = listed(statement.Resource).some((resource) => resource === '*');
      return actionsOf(statement)
        .filter((action) => action.includes('*') || (open && !UNSCOPED_READS.has(action)))
        .map((action) => `${role} may ${action} on ${open ? '*' : 'its resources'}`);
    }),
  );
}

/** SEC-04: actions that change rights or code, and roles outside the boundary. */
export function escalations(json: Json): string[] {
  const forbidden =
    /^(iam:|sts:AssumeRole|lambda:(Update|Create|Delete|AddPermission|PutFunction)|cloudformation:)/;
  const acts = [...statementsByRole(json)].flatMap(([role, statements]) =>
    statements.flatMap((statement) =>
      actionsOf(statement)
        .filter((action) => forbidden.test(action))
        .map((action) => `${role} may ${action}`),
    ),
  );
  const beyond = [...statementsByRole(json)].flatMap(([role, statements]) =>
    statements
      .flatMap(actionsOf)
      .filter((action) => !RUNTIME_ACTIONS.includes(action))
      .map((action) => `${role} may ${action}, which the boundary does not know`),
  );
  return [...acts, ...beyond, ...sharedRoles(json), ...unbounded(json)];
}

function unbounded(json: Json): string[] {
  return allResources(json)
    .filter(([id, { Type }]) => Type === 'AWS::IAM::Role' && !/Application/.test(id))
    .filter(([, { Properties }]) => Properties['PermissionsBoundary'] === undefined)
    .map(([id]) => `${id} has no permission boundary`);
}

function sharedRoles(json: Json): string[] {
  const users = new Map<string, string[]>();
  for (const [id, { Type, Properties }] of allResources(json)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const role = JSON.stringify(Properties['Role']);
    users.set(role, [...(users.get(role) ?? []), id]);
  }
  return [...users.values()]
    .filter((ids) => ids.length > 1)
    .map((ids) => `${ids.join(' and ')} share a role`);
}

/** SEC-05: service principals that are trusted without a word about whose behalf. */
export function confusedDeputies(json: Json): string[] {
  return allResources(json).flatMap(([id, resource]) => {
    if (resource.Type === 'AWS::Lambda::Permission') {
      const { SourceAccount, SourceArn } = resource.Properties;
      return SourceAccount === undefined && SourceArn === undefined ? [`${id} trusts any account`] : [];
    }
    return policiesOf(resource)
      .filter((statement) => statement.Effect === 'Allow' && services(statement).length > 0)
      .filter((statement) => !namesItsSource(statement) && !isLogDelivery(statement))
      .map((statement) => `${id} trusts ${services(statement).join(', ')} of any account`);
  });
}

function policiesOf({ Properties }: Resource): readonly Statement[] {
  const documents = ['AssumeRolePolicyDocument', 'PolicyDocument', 'KeyPolicy', 'ResourcePolicy'];
  return documents.flatMap((name) => listed<Statement>(Properties?.[name]?.Statement));
}

function services(statement: Statement): readonly string[] {
  return typeof statement.Principal === 'object' ? listed(statement.Principal['Service'] as string) : [];
}

function namesItsSource(statement: Statement): boolean {
  return Object.values(statement.Condition ?? {}).some(
    (keys) => 'aws:SourceAccount' in keys || 'aws:SourceArn' in keys,
  );
}

/**
 * AWS names no source when it delivers a balancer's logs: it writes below the number of the account that owns the
 * balancer, so a statement for our own number admits no other account.
 */
function isLogDelivery(statement: Statement): boolean {
  const onlyOwn = listed(statement.Resource).every((resource) =>
    /AWSLogs\/.*AWS::AccountId/.test(JSON.stringify(resource)),
  );
  const readsList = actionsOf(statement).every((action) => action === 's3:GetBucketAcl');
  return (
    services(statement).every((name) => name === 'delivery.logs.amazonaws.com') && (onlyOwn || readsList)
  );
}

/** SEC-06: what anyone may reach: function URLs, and open principals that are not a refusal. */
export function openDoors(json: Json): string[] {
  return allResources(json).flatMap(([id, resource]) => {
    if (resource.Type === 'AWS::Lambda::Url') return [`${id} is a public function URL`];
    if (resource.Type === 'AWS::Lambda::Permission' && resource.Properties['Principal'] === '*') {
      return [`${id} lets anyone invoke`];
    }
    return policiesOf(resource)
      .filter(({ Effect, Principal }) => Effect === 'Allow' && isAnyone(Principal))
      .map(() => `${id} allows anyone`);
  });
}

function isAnyone(principal: Statement['Principal']): boolean {
  return principal === '*' || (typeof principal === 'object' && principal['AWS'] === '*');
}

/** SEC-15: databases, caches and tasks that are unencrypted, unprotected, public, without backups or open to an address range. */
export function exposedDatabases(json: Json, protectedData: boolean): string[] {
  return allResources(json).flatMap(([id, { Type, Properties }]) => {
    switch (Type) {
      case 'AWS::RDS::DBCluster':
        return [
          ...(Properties['StorageEncrypted'] === true ? [] : [`${id} is not encrypted`]),
          ...(Properties['KmsKeyId'] === undefined ? [`${id} has no key of ours`] : []),
          ...(Properties['DeletionProtection'] === protectedData ? [] : [`${id} has the wrong protection`]),
          ...(Properties['BackupRetentionPeriod'] >= 1 ? [] : [`${id} has no backups`]),
          ...(Properties['EnableIAMDatabaseAuthentication'] === true ? [] : [`${id} takes no tokens`]),
        ];
      case 'AWS::RDS::DBClusterParameterGroup':
        return Properties['Parameters']?.['rds.force_ssl'] === '1' ? [] : [`${id} allows plain text`];
      case 'AWS::RDS::DBInstance':
        return Properties['PubliclyAccessible'] === false ? [] : [`${id} is public`];
      case 'AWS::EC2::SecurityGroupIngress':
        return Properties['SourceSecurityGroupId'] === undefined ? [`${id} admits addresses`] : [];
      case 'AWS::EC2::SecurityGroup':
        // The balancers are what addresses come in by.
        return Properties['SecurityGroupIngress'] === undefined || id.startsWith('edge.')
          ? []
          : [`${id} admits addresses`];
      default:
        return [];
    }
  });
}

/** SEC-16: functions and event sources without a cap. */
export function uncapped(json: Json): string[] {
  const configured = allResources(json).filter(([, { Type }]) => Type === 'AWS::Lambda::EventInvokeConfig');
  return allResources(json).flatMap(([id, { Type, Properties }]) => {
    const stack = id.split('.')[0]!;
    switch (Type) {
      case 'AWS::Lambda::Function': {
        const name = id.split('.')[1];
        const config = configured.find(
          ([other, c]) => other.startsWith(`${stack}.`) && c.Properties['FunctionName'].Ref === name,
        );
        const age = config?.[1].Properties['MaximumEventAgeInSeconds'] as number | undefined;
        const retries = config?.[1].Properties['MaximumRetryAttempts'] as number | undefined;
        return [
          ...(Properties['ReservedConcurrentExecutions'] > 0 ? [] : [`${id} has no reserved concurrency`]),
          ...(Properties['Timeout'] > 0 && Properties['MemorySize'] > 0
            ? []
            : [`${id} has no time-out or memory`]),
          ...(Properties['DeadLetterConfig'] === undefined ? [`${id} has no dead-letter queue`] : []),
          ...(Properties['LoggingConfig'] === undefined ? [`${id} has no log group of its own`] : []),
          ...(age === undefined || age > 600 ? [`${id} keeps events for hours`] : []),
          ...(retries === undefined || retries > 2 ? [`${id} retries without a cap`] : []),
        ];
      }
      case 'AWS::Lambda::EventSourceMapping':
        return Properties['MaximumRecordAgeInSeconds'] <= 60 &&
          Properties['MaximumRetryAttempts'] <= 10 &&
          Properties['BisectBatchOnFunctionError'] === true &&
          Properties['DestinationConfig']?.OnFailure !== undefined
          ? []
          : [`${id} retries records without a cap`];
      case 'AWS::Scheduler::Schedule': {
        const retry = Properties['Target'].RetryPolicy ?? {};
        return retry.MaximumEventAgeInSeconds <= 60 && retry.MaximumRetryAttempts === 0
          ? []
          : [`${id} catches up on what was missed`];
      }
      case 'AWS::Logs::LogGroup':
        return Properties['RetentionInDays'] > 0 ? [] : [`${id} keeps logs for ever`];
      case 'AWS::SQS::Queue':
        return Properties['SqsManagedSseEnabled'] === true ? [] : [`${id} is not encrypted`];
      default:
        return [];
    }
  });
}
