/** The parts of the edge by themselves, in a stack of their own. */

import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as route53 from 'aws-cdk-lib/aws-route53';
import {
  EdgeTier,
  FailoverEndpoint,
  Network,
  type EdgeTierProps,
  type FailoverEndpointProps,
} from '../../../../lib/index.ts';
import { testApp, type Resource, type TemplateJson } from '../../synth.ts';

export const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b';

export function newStack(region = 'us-east-1'): Stack {
  return new Stack(testApp(), 'Alone', { env: { region } });
}

export function certificateIn(stack: Stack, region = 'us-east-1'): acm.ICertificate {
  const arn = CERTIFICATE.replace('us-east-1', region);
  return acm.Certificate.fromCertificateArn(stack, `Certificate-${region}`, arn);
}

export interface Alone {
  readonly stack: Stack;
  readonly edge: EdgeTier;
}

export function alone(change: Partial<EdgeTierProps> = {}, stack: Stack = newStack()): Alone {
  const { vpc } = new Network(stack, 'Network', { zones: ZONES, tasks: true });
  const edge = new EdgeTier(stack, 'Edge', {
    environmentName: 'mine',
    vpc,
    zones: ZONES,
    certificate: certificateIn(stack),
    targetPort: 8080,
    healthPath: '/health',
    ...change,
  });
  return { stack, edge };
}

/** A failover endpoint for anybody's pair. */
export function endpointOf(change: Partial<FailoverEndpointProps> = {}): {
  readonly stack: Stack;
  readonly endpoint: FailoverEndpoint;
} {
  const stack = newStack('eu-west-1');
  const endpoint = new FailoverEndpoint(stack, 'Endpoint', {
    environmentName: 'mine',
    zone: route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
      hostedZoneId: 'Z0123456789',
      zoneName: 'example.com',
    }),
    domain: 'shop.example.com',
    primary: { dnsName: 'One.eu-west-1.elb.amazonaws.com', hostedZoneId: 'Z32O12XQLNTSW2' },
    ...change,
  });
  return { stack, endpoint };
}

export const SECONDARY = { dnsName: 'two.eu-west-2.elb.amazonaws.com', hostedZoneId: 'ZHURV8PSTC4K8' };

export function resourcesIn(stack: Stack, type: string): readonly Resource[] {
  const json = Template.fromStack(stack).toJSON() as TemplateJson;
  return Object.values(json.Resources).filter(({ Type }) => Type === type);
}

/** The attributes of a balancer or target group, by key. */
export function attributesOf(properties: Resource['Properties'], name: string): Record<string, unknown> {
  const listed = properties[name] as readonly { readonly Key: string; readonly Value: unknown }[];
  return Object.fromEntries(listed.map(({ Key, Value }) => [Key, Value]));
}
