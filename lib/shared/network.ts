import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ExistingVpc } from '../../core/profile/types.ts';
import { serviceRole } from './service-role.ts';

export interface NetworkProps {
  /** Names of the availability zones; one isolated subnet is made in each. */
  readonly zones: readonly string[];
  /** @default '10.42.0.0/16' */
  readonly addresses?: string;
  /**
   * True where tasks or balancers stand in it: adds a public subnet and a NAT gateway in each zone, and a private
   * subnet whose way out is the gateway of its own zone.
   * @default false: nothing leads in or out
   */
  readonly tasks?: boolean;
}

export interface AttachNetworkProps {
  readonly zones: readonly string[];
  readonly existing: ExistingVpc;
}

const ADDRESSES_DEFAULT = '10.42.0.0/16';
const SUBNET_MASK = 22;

/** First, so that its addresses stay what they are when a VPC gets the others later. */
const ISOLATED: ec2.SubnetConfiguration = {
  name: 'Isolated',
  subnetType: ec2.SubnetType.PRIVATE_ISOLATED,
  cidrMask: SUBNET_MASK,
};
/** Only balancers and NAT gateways stand in it, which have addresses of their own. */
const PUBLIC: ec2.SubnetConfiguration = {
  name: 'Public',
  subnetType: ec2.SubnetType.PUBLIC,
  cidrMask: SUBNET_MASK,
  mapPublicIpOnLaunch: false,
};
const PRIVATE: ec2.SubnetConfiguration = {
  name: 'Private',
  subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS,
  cidrMask: SUBNET_MASK,
};

/**
 * A VPC of isolated subnets over the zones, with the free gateway endpoint of DynamoDB and no way in or out. Where it
 * bears tasks, they stand in private subnets beside those: what they send to AWS and beyond leaves by the NAT gateway of
 * their own zone, so that the loss of a zone takes nobody else's way out.
 */
export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  readonly zones: readonly string[];

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    this.zones = props.zones;
    const tasks = props.tasks ?? false;
    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(props.addresses ?? ADDRESSES_DEFAULT),
      availabilityZones: [...props.zones],
      natGateways: tasks ? props.zones.length : 0,
      createInternetGateway: tasks,
      subnetConfiguration: tasks ? [ISOLATED, PUBLIC, PRIVATE] : [ISOLATED],
      // The CDK would do it by a custom resource that calls EC2 at deployment; nothing uses the default group.
      restrictDefaultSecurityGroup: false,
      gatewayEndpoints: {
        DynamoDb: { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB },
        // Bundles and layers of images are in S3: they need not pass the NAT gateways.
        ...(tasks ? { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } } : {}),
      },
    });
    this.vpc = vpc;
    this.node.defaultChild = vpc;
    logRejected(this, vpc);
  }

  /** The isolated subnet of a zone. */
  subnetOf(zone: string): ec2.ISubnet {
    return subnetOf(this.vpc, this.zones, zone);
  }

  /** Uses a VPC that exists; adds DynamoDB's gateway endpoint where route tables are named. */
  static attach(scope: Construct, id: string, props: AttachNetworkProps): ec2.IVpc {
    const { vpcId, isolatedSubnetIds, routeTableIds, privateSubnetIds, publicSubnetIds } = props.existing;
    const vpc = ec2.Vpc.fromVpcAttributes(scope, id, {
      vpcId,
      availabilityZones: [...props.zones],
      isolatedSubnetIds: [...isolatedSubnetIds],
      ...(routeTableIds.length === 0 ? {} : { isolatedSubnetRouteTableIds: [...routeTableIds] }),
      ...(privateSubnetIds === undefined ? {} : { privateSubnetIds: [...privateSubnetIds] }),
      ...(publicSubnetIds === undefined ? {} : { publicSubnetIds: [...publicSubnetIds] }),
    });
    if (routeTableIds.length > 0) {
      vpc.addGatewayEndpoint('DynamoDb', {
        service: ec2.GatewayVpcEndpointAwsService.DYNAMODB,
        subnets: [{ subnets: vpc.isolatedSubnets }],
      });
    }
    return vpc;
  }
}

/** The isolated subnet of a zone in any VPC whose isolated subnets stand in the order of the zones. */
export function subnetOf(vpc: ec2.IVpc, zones: readonly string[], zone: string): ec2.ISubnet {
  const subnet = vpc.isolatedSubnets[zones.indexOf(zone)];
  if (subnet === undefined) throw new Error(`${vpc.node.path} has no isolated subnet for the zone ${zone}`);
  return subnet;
}

/** Refused traffic only: what is allowed is known, and the logs of all of it would cost more than the functions. */
function logRejected(scope: Construct, vpc: ec2.Vpc): void {
  const logGroup = new logs.LogGroup(scope, 'RejectedTraffic', {
    retention: logs.RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = serviceRole(scope, 'FlowLogRole', {
    service: 'vpc-flow-logs.amazonaws.com',
    description: 'Writes the refused traffic of the VPC to its log group.',
  });
  vpc.addFlowLog('Rejected', {
    trafficType: ec2.FlowLogTrafficType.REJECT,
    destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup, role),
  });
}
