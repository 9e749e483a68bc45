import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface GeneratedSecretsProps {
  readonly environmentName: string;
  /** Their names in the profile. */
  readonly names: readonly string[];
  /** @default true */
  readonly deletionProtection?: boolean;
}

/** Letters and digits alone, so that a value is base64url too: 64 of them hold 48 bytes. */
const LENGTH = 64;

/** Secrets that Secrets Manager makes up at the first deployment: nobody has to know them, and no template holds them. */
export class GeneratedSecrets extends Construct {
  /** By the name in the profile. */
  readonly secrets: ReadonlyMap<string, secretsmanager.ISecret>;

  constructor(scope: Construct, id: string, props: GeneratedSecretsProps) {
    super(scope, id);
    this.secrets = new Map(props.names.map((name) => [name, this.make(name, props)]));
  }

  private make(name: string, props: GeneratedSecretsProps): secretsmanager.ISecret {
    const secret = new secretsmanager.Secret(this, name, {
      description: `${name} of ${props.environmentName}: read by its tasks when they start.`,
      generateSecretString: { passwordLength: LENGTH, excludePunctuation: true },
      removalPolicy: (props.deletionProtection ?? true) ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Tasks read it when they start and know one value: one that changed by itself would part those that started ' +
        'before from those that started after. People rotate it with a deployment.',
    });
    return secret;
  }
}
