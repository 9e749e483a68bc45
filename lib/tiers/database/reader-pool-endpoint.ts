import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';

export interface ReaderPoolEndpointProps {
  readonly environmentName: string;
  readonly clusterIdentifier: string;
  readonly clusterArn: string;
}

/**
 * The custom endpoint of the readers that are fit to be read. The template names no members: the reader-pool
 * controller alone edits the list of excluded ones, and no pool of the kit depends on the endpoint.
 */
export class ReaderPoolEndpoint extends Construct {
  /** DBClusterEndpointIdentifier. RDS wants a name from us: it is part of the host name. */
  readonly identifier: string;
  /** Host name. */
  readonly endpoint: string;
  readonly resource: rds.CfnDBClusterEndpoint;
  private readonly clusterArn: string;

  constructor(scope: Construct, id: string, props: ReaderPoolEndpointProps) {
    super(scope, id);
    this.identifier = `understudy-${props.environmentName}-readers`;
    this.clusterArn = props.clusterArn;
    this.resource = new rds.CfnDBClusterEndpoint(this, 'Resource', {
      dbClusterIdentifier: props.clusterIdentifier,
      dbClusterEndpointIdentifier: this.identifier,
      customEndpointType: 'READER',
    });
    // cfn-lint's own list of types does not have this one yet; CloudFormation and the CDK do.
    this.resource.addMetadata('cfn-lint', { config: { ignore_checks: ['E3006'] } });
    this.endpoint = this.resource.attrEndpoint;
    this.node.defaultChild = this.resource;
  }

  /** Allows editing this endpoint's members and reading it. */
  grantEdit(grantee: iam.IGrantable): iam.Grant {
    const arn = Stack.of(this).formatArn({
      service: 'rds',
      resource: 'cluster-endpoint',
      resourceName: this.identifier,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['rds:DescribeDBClusterEndpoints'],
      resourceArns: [this.clusterArn, arn],
    });
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['rds:ModifyDBClusterEndpoint'],
      resourceArns: [arn],
    });
  }
}
