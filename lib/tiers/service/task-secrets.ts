import { Stack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { NormalizedTask, SecretSource } from '../../../core/profile/index.ts';

/** Secrets that the environment makes, by their names in the profile. */
export type Generated = ReadonlyMap<string, Pick<secretsmanager.ISecret, 'secretArn'>>;

export interface TaskSecretsOptions {
  readonly secrets: NormalizedTask['secrets'];
  readonly generated: Generated;
  /** What starts the tasks: it reads the secrets, and the tasks have no right to. */
  readonly executionRole: iam.Role;
}

export interface TaskSecrets {
  readonly variables: Readonly<Record<string, ecs.Secret>>;
  /** Must be there before a task starts; null where there is no secret. */
  readonly policy: iam.Policy | null;
}

/** The variables that ECS reads from Secrets Manager when a task starts, and the right to read exactly these. */
export function taskSecrets(scope: Construct, options: TaskSecretsOptions): TaskSecrets {
  const { secrets, generated, executionRole } = options;
  const found = Object.entries(secrets).map(
    ([variable, source]) => [variable, placeOf(scope, source, generated)] as const,
  );
  if (found.length === 0) return { variables: {}, policy: null };
  const resources = [...new Set(found.map(([, { readable }]) => readable))];
  const policy = new iam.Policy(scope, 'ReadSecrets', {
    roles: [executionRole],
    statements: [new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources })],
  });
  const variables = found.map(([variable, { arn }]) => [variable, new GrantedSecret(arn)] as const);
  return { variables: Object.fromEntries(variables), policy };
}

interface SecretPlace {
  /** As ECS asks for it. */
  readonly arn: string;
  /** As IAM knows it. */
  readonly readable: string;
}

/** Of a name alone, the six characters that Secrets Manager puts at the end of an ARN are not known. */
const RANDOM_END = '-??????';

function placeOf(scope: Construct, source: SecretSource, generated: Generated): SecretPlace {
  if (source.kind === 'arn') return { arn: source.arn, readable: source.arn };
  if (source.kind === 'generated') {
    const secret = generated.get(source.name);
    if (secret === undefined) throw new Error(`no secret ${source.name} is made for these tasks`);
    return { arn: secret.secretArn, readable: secret.secretArn };
  }
  const { partition, region, account } = Stack.of(scope);
  const arn = `arn:${partition}:secretsmanager:${region}:${account}:secret:${source.name}`;
  return { arn, readable: `${arn}${RANDOM_END}` };
}

/** One whose right is given above: the CDK's own also allows to describe it. */
class GrantedSecret extends ecs.Secret {
  readonly arn: string;
  readonly hasField = false;

  constructor(arn: string) {
    super();
    this.arn = arn;
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.drop(grantee, 'the right to read it stands in a policy of its own');
  }
}
