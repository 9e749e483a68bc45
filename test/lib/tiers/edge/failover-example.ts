import { App, Stack } from 'aws-cdk-lib';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { FailoverEndpoint } from '../../../../lib/index.ts';

export const stack = new Stack(new App(), 'Names', { env: { region: 'eu-west-1' } });
const zone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
  hostedZoneId: 'Z0123456789',
  zoneName: 'example.com',
});
export const endpoint = new FailoverEndpoint(stack, 'Shop', {
  environmentName: 'prod',
  zone,
  domain: 'shop.example.com',
  primary: { dnsName: 'ireland-1.eu-west-1.elb.amazonaws.com', hostedZoneId: 'Z32O12XQLNTSW2' },
  secondary: { dnsName: 'london-1.eu-west-2.elb.amazonaws.com', hostedZoneId: 'ZHURV8PSTC4K8' },
  health: { kind: 'endpoint', path: '/health' },
});
