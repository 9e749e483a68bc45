import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/shared/contract.ts';
import { acknowledgeWildcards } from './acknowledgements.ts';
import { functionEntry, packageManifest, packageRoot } from './paths.ts';
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
  readonly subnet: ec2.ISubnet;
  readonly securityGroup: ec2.ISecurityGroup;
}

/** Long enough to look into an incident of the month; the ledger in the state table is the lasting record. */
const LOG_RETENTION = logs.RetentionDays.ONE_MONTH;

/** One function of the control plane: bundled, bounded in every way, with a role and a log group of its own. */
export class ControlFunction extends Construct implements iam.IGrantable {
  readonly function: NodejsFunction;
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
    this.function = new NodejsFunction(this, 'Function', {
      ...bundled(props.folder),
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

/** The code of a function, built the same way everywhere, so that an unchanged function has an unchanged hash. */
function bundled(folder: string): ConstructorParameters<typeof NodejsFunction>[2] {
  return {
    entry: functionEntry(folder),
    projectRoot: packageRoot,
    depsLockFilePath: packageManifest,
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    awsSdkConnectionReuse: false,
    bundling: {
      format: OutputFormat.ESM,
      target: 'node24',
      // ES modules first: CommonJS copies of the SDK cannot be shaken and make the bundle about 40 % larger.
      mainFields: ['module', 'main'],
      // The SDK that was tested is the SDK that runs.
      externalModules: [],
      sourceMap: false,
      // Half the size; classes and functions keep the names that errors and logs show.
      minify: true,
      keepNames: true,
      esbuildArgs: { '--legal-comments': 'none' },
      // CommonJS dependencies call `require` for Node's own modules, which ES modules do not have.
      banner:
        "import{createRequire as understudyRequire}from'node:module';const require=understudyRequire(import.meta.url);",
    },
  };
}

function placed(placement: FunctionPlacement | undefined): Partial<lambda.FunctionOptions> {
  if (placement === undefined) return {};
  return {
    vpc: placement.vpc,
    vpcSubnets: { subnets: [placement.subnet] },
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
        actions: [
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSecurityGroups',
          'ec2:DescribeSubnets',
          'ec2:DescribeVpcs',
        ],
        resources: ['*'],
      }),
    ],
  });
  acknowledgeWildcards(
    policy,
    [interfaces, '*'],
    'Describing interfaces, subnets, groups and VPCs has no resource level, and the interface to be made does ' +
      'not exist when Lambda checks the right: AWS documents the wildcard below EC2 of this account and Region.',
  );
  return policy;
}
