/** STS: who am I, and the assumption of roles under their trust policies. */

import * as STS from '@aws-sdk/client-sts';
import { type Caller, type PolicyDocument, judgeForCaller } from '../../twin/iam/index.ts';
import {
  type Authorization,
  AwsError,
  type AwsService,
  type Call,
  type Principal,
  type World,
  operation,
} from '../kernel/index.ts';
import { type Directory, type Role, needPolicy } from './directory.ts';
import type { Keys } from './keys.ts';

const SESSION_S_MIN = 900;
const SESSION_S_DEFAULT = 3600;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

interface StsDeps {
  readonly directory: Directory;
  readonly keys: Keys;
  /** Hears of an assumption that the role's trust policy refuses. */
  refused(principal: Principal, request: Authorization): void;
}

export function createSts(world: World, deps: StsDeps): AwsService {
  return {
    signingName: 'sts',
    sdk: STS,
    client: new STS.STSClient({
      region: world.region,
      credentials: { accessKeyId: '-', secretAccessKey: '-' },
    }),
    operations: {
      // Needs no permission, on AWS too.
      GetCallerIdentity: operation<STS.GetCallerIdentityCommandInput, object>({
        authorize: () => [],
        handle: (_input, { principal }) => ({
          Account: world.accountId,
          Arn: principal.arn,
          UserId: principal.userId,
        }),
      }),
      AssumeRole: operation<STS.AssumeRoleCommandInput, object>({
        // A trust policy that names the caller is enough by itself; one that names the account leaves it to the
        // caller's own policies. Whatever those say, the trust policy must allow it too: that is looked at after.
        authorize: ({ RoleArn = '*', ...input }) => [
          {
            action: 'sts:AssumeRole',
            resource: RoleArn,
            context: stated(input),
            resourcePolicy: deps.directory.roleByArn(RoleArn)?.trust ?? null,
          },
        ],
        handle: (input, call) => assumeRole(world, deps, input, call),
      }),
    },
  };
}

function assumeRole(
  world: World,
  { directory, keys, refused: tell }: StsDeps,
  input: STS.AssumeRoleCommandInput,
  { principal }: Call,
): object {
  const { RoleArn = '', RoleSessionName = '', DurationSeconds = SESSION_S_DEFAULT } = input;
  if (!SESSION_NAME.test(RoleSessionName)) {
    throw validationError(`Value '${RoleSessionName}' at 'roleSessionName' must match [\\w+=,.@-]{2,64}`);
  }
  const role = directory.roleByArn(RoleArn);
  const context = stated(input);
  const actions = (input.Tags ?? []).length > 0 ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole'];
  const refused = actions.find(
    (action) => !role || !isTrusted(world, directory, role, { principal, action, context }),
  );
  // AWS does not tell an unknown role from an unwilling one.
  if (!role || refused !== undefined) {
    tell(principal, { action: refused ?? 'sts:AssumeRole', resource: RoleArn });
    throw new AwsError(
      'AccessDenied',
      `User: ${principal.arn} is not authorized to perform: ${refused} on resource: ${RoleArn}`,
      { status: 403 },
    );
  }
  if (DurationSeconds < SESSION_S_MIN || DurationSeconds > role.maxSessionS) {
    throw validationError(
      `The requested DurationSeconds ${DurationSeconds} must be from ${SESSION_S_MIN} to the MaxSessionDuration set for this role, ${role.maxSessionS}.`,
    );
  }
  const policy = input.Policy === undefined ? undefined : sessionPolicy(input.Policy);
  const session = { sessionName: RoleSessionName, durationS: DurationSeconds };
  const credentials = keys.issue(role, policy ? { ...session, policy } : session);
  return {
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: credentials.expiration,
    },
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${RoleSessionName}`,
      Arn: `arn:${world.partition}:sts::${world.accountId}:assumed-role/${role.name}/${RoleSessionName}`,
    },
  };
}

/** The condition keys of what the request says itself. */
function stated(
  input: Pick<STS.AssumeRoleCommandInput, 'ExternalId' | 'RoleSessionName'>,
): Record<string, string> {
  const { ExternalId, RoleSessionName } = input;
  return {
    ...(ExternalId === undefined ? {} : { 'sts:ExternalId': ExternalId }),
    ...(RoleSessionName === undefined ? {} : { 'sts:RoleSessionName': RoleSessionName }),
  };
}

interface TrustQuestion {
  readonly principal: Principal;
  readonly action: string;
  readonly context: Readonly<Record<string, string>>;
}

function isTrusted(world: World, directory: Directory, role: Role, question: TrustQuestion): boolean {
  const { principal, action, context } = question;
  const behind = principal.roleName === null ? undefined : directory.roleByName(principal.roleName);
  const caller: Caller = {
    accountId: world.accountId,
    arn: principal.arn,
    roleArn: behind?.arn ?? null,
    service: null,
  };
  return judgeForCaller(role.trust, caller, { action, resource: role.arn, context }) === 'allowed';
}

/** Whether a service (`lambda.amazonaws.com`) may run something of this account under this role. */
export function trustsService(world: World, role: Role, service: string, sourceArn?: string): boolean {
  const caller: Caller = { accountId: world.accountId, arn: null, roleArn: null, service };
  const context = {
    'aws:SourceAccount': world.accountId,
    ...(sourceArn === undefined ? {} : { 'aws:SourceArn': sourceArn }),
  };
  const request = { action: 'sts:AssumeRole', resource: role.arn, context };
  return judgeForCaller(role.trust, caller, request) === 'allowed';
}

function sessionPolicy(text: string): PolicyDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new AwsError('MalformedPolicyDocument', 'The session policy is no JSON.');
  }
  return needPolicy(document, 'identity', 'The session policy');
}

function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
