/** What the parts of the sandbox need of each other. Each port is implemented by one part and handed to the rest. */

import type http from 'node:http';
import type { Authorization, Principal } from './service.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Implemented by the identity part (IAM and STS). */
export interface Identity {
  /** Credentials of a role session, as a service (Lambda, ECS) gets them for what it runs. */
  issueForRole(roleArn: string, sessionName: string, durationS: number): Credentials;
  /** Who signed with this key; undefined for an unknown or expired key. */
  lookup(
    accessKeyId: string,
  ): { principal: Principal; secretAccessKey: string; sessionToken: string | null } | undefined;
  /** Throws AwsError `AccessDenied` (403) naming principal, action and resource. Never throws for kind `user`. */
  authorize(principal: Principal, requests: readonly Authorization[]): void;
  /** Records a call that a resource's own policy refused to a service, for reports. */
  refused?(service: string, request: Authorization): void;
  /** Every denial since the start, for reports and tests. */
  readonly denials: readonly {
    at: number;
    principal: string;
    /** The function that called, where one did. */
    function?: string | null;
    action: string;
    resource: string;
  }[];
}

/** An event on the default bus. `detail` is what patterns look into. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly resources?: readonly string[];
}

export interface EventBus {
  publish(event: BusEvent): void;
}

export interface MetricDatum {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly unit: string;
  /** Epoch ms. */
  readonly at: number;
  /** 1 for high resolution, else 60. */
  readonly resolutionS: 1 | 60;
}

export interface MetricSink {
  put(datum: MetricDatum): void;
}

/** Who asks for an invocation: checked against the function's resource policy, as on AWS. */
export interface InvokeSource {
  /** e.g. `lambda.alarms.cloudwatch.amazonaws.com`, or null where a role (or the operator) calls the API. */
  readonly service: string | null;
  readonly sourceArn: string | null;
}

export interface InvokeResult {
  readonly ok: boolean;
  readonly payload: string;
  /** The X-Amz-Function-Error header: `Unhandled`, or null. */
  readonly error: string | null;
}

/** Implemented by the Lambda part. */
export interface FunctionInvoker {
  /** Synchronous invocation; rejects with AwsError when the function is unknown, denied or throttled. */
  invoke(functionArn: string, payload: unknown, source: InvokeSource): Promise<InvokeResult>;
  /** Asynchronous invocation: queued at once, retried and dead-lettered as the function's configuration says. */
  invokeAsync(functionArn: string, payload: unknown, source: InvokeSource): void;
}

/** A change of a DynamoDB item, in stream order. Attribute values are in DynamoDB's wire form. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly dynamodb: {
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Readonly<Record<string, unknown>>;
    readonly NewImage?: Readonly<Record<string, unknown>>;
    readonly OldImage?: Readonly<Record<string, unknown>>;
    readonly SequenceNumber: string;
    readonly StreamViewType: string;
  };
}

/** Implemented by the DynamoDB part. */
export interface StreamSource {
  /** Calls the listener for every later change of the stream's table, in order. Returns the unsubscribe. */
  subscribe(streamArn: string, listener: (record: StreamRecord) => void): () => void;
}

/** Implemented by the SQS part. */
export interface Queues {
  /** Puts a message on a queue known by its ARN. Throws AwsError for an unknown queue. */
  send(queueArn: string, body: string): void;
}

/** A service that acts for something of the account: for a rule, a topic, an alarm. */
export interface Sender {
  /** e.g. `events.amazonaws.com`. */
  readonly service: string;
  readonly sourceArn: string;
}

/** Implemented by the SNS part. */
export interface Topics {
  /** `from` is set where a service publishes: the topic's policy must allow it. Throws AwsError `AccessDenied`. */
  publish(topicArn: string, message: { subject: string; body: string }, from?: Sender): void;
}

export interface ObjectStore {
  get(bucket: string, key: string): Uint8Array | undefined;
}

/** Implemented by the S3 part, for services that deliver files to a bucket. */
export interface ObjectSink {
  exists(bucket: string): boolean;
  /** Throws AwsError `NoSuchBucket`. */
  put(bucket: string, key: string, body: Uint8Array): void;
}

export interface SecretStore {
  /** The current secret string of an ARN or name. Throws AwsError `ResourceNotFoundException`. */
  value(secretId: string): string;
}

/** For what reads secrets in the name of a role. */
export interface GuardedSecrets extends SecretStore {
  /** The whole ARN that rights are checked on, of an ARN or name; of a secret that is not there, the nearest to one. */
  arnOf(secretId: string): string;
}

export interface Parameters {
  /** The value of a parameter; undefined when there is none. */
  get(name: string): string | undefined;
}

export interface DnsRecord {
  readonly type: 'A' | 'CNAME' | 'TXT';
  readonly values: readonly string[];
  readonly ttlS: number;
}

/** Implemented by the DNS part. Names without a trailing dot, lower case. */
export interface Names {
  set(name: string, record: DnsRecord): void;
  remove(name: string): void;
  get(name: string): DnsRecord | undefined;
}

/** Routes of the endpoint that are no AWS operation (custom-resource answers, the sandbox's own status). */
export interface HttpRoutes {
  readonly url: string;
  route(
    prefix: string,
    handler: (request: http.IncomingMessage, body: Buffer, response: http.ServerResponse) => void,
  ): void;
}

/** A target of a balancer: a task's own address. */
export interface BalancerTarget {
  readonly address: string;
  readonly port: number;
  /** Null: that of the address's subnet is unknown. */
  readonly az: string | null;
}

export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'draining' | 'unused';

/** Implemented by the load-balancing part, for what registers by itself. */
export interface TargetGroups {
  /** Throws AwsError `TargetGroupNotFound`. Registering what is registered changes nothing. */
  register(targetGroupArn: string, target: BalancerTarget): void;
  /** Resolves when no request of it is under way any more, or the deregistration delay is over. */
  deregister(targetGroupArn: string, target: BalancerTarget): Promise<void>;
  /** `unused` for what is not registered. */
  stateOf(targetGroupArn: string, target: BalancerTarget): TargetState;
  /** True when a listener forwards to it; ECS refuses a target group of no balancer. */
  isAttached(targetGroupArn: string): boolean;
}

/** Implemented by the Cloud Map part. */
export interface InstanceRegistry {
  /** Throws AwsError `ServiceNotFound`. */
  register(serviceArn: string, instanceId: string, attributes: Readonly<Record<string, string>>): void;
  deregister(serviceArn: string, instanceId: string): void;
}

/** Implemented by the certificates part (ACM). Both texts are PEM. */
export interface Certificates {
  /** Throws AwsError `ResourceNotFoundException`. */
  material(certificateArn: string): { readonly certificate: string; readonly privateKey: string };
}

/** Implemented by the load-balancing part, for ARC and Route 53. */
export interface Balancers {
  /** Leads new connections away from a zone, or back with null: its node leaves the balancer's DNS name. */
  shiftAway(balancerArn: string, zone: string | null): void;
  /** For the evaluation of an alias: true while every target group in use has a healthy target; null for a name of no balancer. */
  isHealthy(dnsName: string): boolean | null;
  list(): readonly BalancerNode[];
}

/** One address of a balancer: a process of its own, as it would be a machine of its own. */
export interface BalancerNode {
  /** `<name of the balancer>/<zone>`. */
  readonly id: string;
  readonly balancerArn: string;
  readonly dnsName: string;
  readonly az: string;
  readonly address: string;
  /** Ports of its listeners. */
  readonly ports: readonly number[];
  /** Root of its process tree; null while it is being replaced. */
  readonly pid: number | null;
  /** True while the balancer's DNS name answers with it. */
  readonly published: boolean;
}

/** A task of ECS. */
export interface ContainerTask {
  /** The last part of its ARN. */
  readonly id: string;
  readonly arn: string;
  readonly cluster: string;
  /** Name of its service. */
  readonly service: string;
  readonly az: string;
  /** Its own address, as clients and balancers see it. */
  readonly address: string;
  readonly port: number;
  /** Root of its process tree; null before it runs. */
  readonly pid: number | null;
  readonly status: 'PROVISIONING' | 'PENDING' | 'RUNNING' | 'DEPROVISIONING' | 'STOPPED';
  readonly startedAt: number | null;
  /** The value of `UNDERSTUDY_VERSION`; null where it has none. */
  readonly version: string | null;
  readonly taskDefinition: string;
}
