import { dirname } from 'node:path';
import { AssetHashType, DockerImage, type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/shared/contract.ts';
import { acknowledgeWildcards } from './acknowledgements.ts';
import { BUNDLE_HANDLER, bundleFunction } from './bundle.ts';
import { functionEntry } from './paths.ts';
import { serviceRole } from './service-role.ts';

export interface ControlFunctionProps {
  /** Folder of the function under `lambdas/`. */
  readonly folder: string;
  /** Name in reports. @default - the folder */
  readonly reportName?: string;
  readonly environmentName: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMiB: number;
  readonly reservedConcurrency: number;
  /** Age at which an event is given up. */
  readonly maxEventAge: Duration;
  /** Times that Lambda tries an event again. */
  readonly retryAttempts: number;
  readonly deadLetterQueue: sqs.IQueue;
  /** Variables beside the environment's and the function's name. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where it stands when it must reach the database. @default - outside every VPC */
  readonly placement?: FunctionPlacement;
}

export interface FunctionPlacement {
  readonly vpc: ec2.IVpc;
  /** One, or one a zone. */
  readonly subnets: readonly ec2.ISubnet[];
  readonly securityGroup: ec2.ISecurityGroup;
}

/** Long enough to look into an incident of the month; the ledger in the state table is the lasting record. */
const LOG_RETENTION = logs.RetentionDays.ONE_MONTH;

/** One function of the control plane: bundled, bounded in every way, with a role and a log group of its own. */
export class ControlFunction extends Construct implements iam.IGrantable {
  readonly function: lambda.Function;
  readonly role: iam.Role;
  /** The function's folder, the probers' with the zone. */
  readonly reportName: string;
  readonly grantPrincipal: iam.IPrincipal;

  constructor(scope: Construct, id: string, props: ControlFunctionProps) {
    super(scope, id);
    this.reportName = props.reportName ?? props.folder;
    this.role = serviceRole(this, 'Role', {
      service: 'lambda.amazonaws.com',
      description: `Runs ${this.reportName} of ${props.environmentName}, and nothing else.`,
    });
    this.grantPrincipal = this.role;
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: LOG_RETENTION,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(this.role);
    const network = props.placement === undefined ? null : grantNetworkInterfaces(this, this.role);
    this.function = new lambda.Function(this, 'Function', {
      code: bundled(props.folder),
      handler: BUNDLE_HANDLER,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      description: props.description,
      timeout: props.timeout,
      memorySize: props.memoryMiB,
      role: this.role,
      logGroup,
      reservedConcurrentExecutions: props.reservedConcurrency,
      maxEventAge: props.maxEventAge,
      retryAttempts: props.retryAttempts,
      deadLetterQueue: props.deadLetterQueue,
      environment: {
        [ENV.env]: props.environmentName,
        [ENV.function]: this.reportName,
        ...props.environment,
      },
      ...placed(props.placement),
    });
    if (network !== null) this.function.node.addDependency(network);
    this.node.defaultChild = this.function;
  }
}

/** The code of a function, bundled in this process: the CDK's own construct starts a package manager for each. */
function bundled(folder: string): lambda.Code {
  return lambda.Code.fromAsset(dirname(functionEntry(folder)), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      local: {
        tryBundle: (outdir) => {
          bundleFunction(folder, outdir);
          return true;
        },
      },
      // Required by the CDK and never run: bundling here either succeeds or throws.
      image: DockerImage.fromRegistry('none'),
    },
  });
}

function placed(placement: FunctionPlacement | undefined): Partial<lambda.FunctionOptions> {
  if (placement === undefined) return {};
  return {
    vpc: placement.vpc,
    vpcSubnets: { subnets: [...placement.subnets] },
    securityGroups: [placement.securityGroup],
  };
}

/**
 * What Lambda itself needs to put a function into a VPC. AWS documents `*` below EC2 for these: the interface
 * does not exist when the right is checked.
 */
function grantNetworkInterfaces(scope: Construct, role: iam.Role): iam.Policy {
  const stack = Stack.of(scope);
  const interfaces = `arn:${stack.partition}:ec2:${stack.region}:${stack.account}:*/*`;
  const policy = new iam.Policy(scope, 'NetworkInterfaces', {
    roles: [role],
    statements: [
      new iam.PolicyStatement({
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: [interfaces],
      }),
      new iam.PolicyStatement({
        actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
        resources: ['*'],
      }),
    ],
  });
  acknowledgeWildcards(
    policy,
    [interfaces, '*'],
    'Describing interfaces and subnets has no resource level, and the interface to be made does ' +
      'not exist when Lambda checks the right: AWS documents the wildcard below EC2 of this account and Region.',
  );
  return policy;
}
