import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as accelerator from 'aws-cdk-lib/aws-globalaccelerator';
import * as endpoints from 'aws-cdk-lib/aws-globalaccelerator-endpoints';
import { GlobalAcceleratorTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { InvalidInput, type Fault } from '../../../core/errors.ts';
import { ENVIRONMENT_NAME } from '../../../core/profile/names.ts';
import { requiredTextAt } from '../../../core/profile/reading.ts';
import type { FailoverTarget } from './failover-props.ts';

export interface StaticEntryProps {
  /** Name of the environment. */
  readonly environmentName: string;
  /** Each gets an equal share while its targets are healthy; one alone gets everything. */
  readonly balancers: readonly elbv2.IApplicationLoadBalancer[];
}

const PORTS = [80, 443];
/** Of an endpoint group. */
const BALANCERS_MAX = 10;

/**
 * Two fixed addresses of Global Accelerator in front of balancers, for callers whose firewall wants addresses. It takes
 * a balancer's own view of its targets for the health of it, and leaves a balancer without healthy ones within about
 * half a minute, whatever names are cached. The client's address is kept.
 * @throws InvalidInput for no balancer, or more than an endpoint group holds
 */
export class StaticEntry extends Construct {
  readonly accelerator: accelerator.Accelerator;
  /** For the record of the domain. */
  readonly target: FailoverTarget;

  constructor(scope: Construct, id: string, props: StaticEntryProps) {
    super(scope, id);
    checkStaticEntry(props);
    this.accelerator = new accelerator.Accelerator(this, 'Accelerator', {
      acceleratorName: props.environmentName,
    });
    this.node.defaultChild = this.accelerator;
    const listener = this.accelerator.addListener('Listener', {
      portRanges: PORTS.map((fromPort) => ({ fromPort })),
      protocol: accelerator.ConnectionProtocol.TCP,
    });
    listener.addEndpointGroup('Balancers', {
      endpoints: props.balancers.map((balancer) => {
        return new endpoints.ApplicationLoadBalancerEndpoint(balancer, { preserveClientIp: true });
      }),
    });
    this.target = {
      dnsName: this.accelerator.dnsName,
      hostedZoneId: GlobalAcceleratorTarget.GLOBAL_ACCELERATOR_ZONE_ID,
    };
  }
}

function checkStaticEntry({ environmentName, balancers }: StaticEntryProps): void {
  const faults: Fault[] = [];
  requiredTextAt(faults, 'environmentName', environmentName, ENVIRONMENT_NAME);
  if (balancers.length < 1 || balancers.length > BALANCERS_MAX) {
    const rule = `must be 1 to ${BALANCERS_MAX} balancers: an endpoint group holds no more`;
    const fix = 'name the balancers of the environment';
    faults.push({ field: 'balancers', value: balancers.length, rule, fix });
  }
  if (faults.length > 0) throw new InvalidInput(`The static entry of '${environmentName}'`, faults);
}
