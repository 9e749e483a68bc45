/** What the providers of the load-balancing part need. */

import type { BalancerTarget, World } from '../../kernel/index.ts';
import type { LoadBalancer } from '../model.ts';
import type { Registry } from '../registry.ts';

export interface ProviderPorts {
  readonly world: World;
  readonly registry: Registry;
  /** 16 hexadecimal characters, as AWS ends its ARNs with. */
  readonly newId: () => string;
  /** The zone of a subnet; null for one that is not of a template. */
  readonly zoneOf: (subnetId: string) => string | null;
  /** Throws AwsError where a listener cannot have this certificate. */
  readonly needCertificate: (arn: string) => void;
  /** Throws AwsError where logs cannot be put there. */
  readonly needBucket: (name: string) => void;
  readonly targets: {
    register(groupArn: string, target: BalancerTarget): void;
    deregister(groupArn: string, target: BalancerTarget): Promise<void>;
    forget(groupArn: string): void;
  };
  /** Something was changed that nodes must know; resolves when those that answer do. */
  readonly changed: () => Promise<void>;
  /** Starts the nodes of a balancer, or those of its new zones. */
  readonly nodesFor: (balancer: LoadBalancer) => Promise<void>;
  readonly removeNodes: (balancer: LoadBalancer) => Promise<void>;
  /** Has the nodes of a listener's balancer listen as the registry says. Rejects where a port cannot be had. */
  readonly listen: (balancer: LoadBalancer) => Promise<void>;
}
