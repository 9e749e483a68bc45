import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../../core/errors.ts';
import { StaticEntry } from '../../../../lib/index.ts';
import { alone, newStack, resourcesIn } from './alone.ts';

describe('the fixed addresses', () => {
  const { stack, edge } = alone();
  const entry = new StaticEntry(stack, 'Entry', { environmentName: 'mine', balancers: [edge.balancer] });
  const only = (type: string): any => resourcesIn(stack, `AWS::GlobalAccelerator::${type}`)[0]!.Properties;

  it('lead both ports to the balancer, and keep the address of the client for WAF', () => {
    expect(only('Accelerator')).toMatchObject({ Name: 'mine', Enabled: true });
    expect(only('Listener')).toMatchObject({
      Protocol: 'TCP',
      PortRanges: [
        { FromPort: 80, ToPort: 80 },
        { FromPort: 443, ToPort: 443 },
      ],
    });
    expect(only('EndpointGroup').EndpointConfigurations).toEqual([
      { EndpointId: stack.resolve(edge.balancer.loadBalancerArn), ClientIPPreservationEnabled: true },
    ]);
  });

  it('are what a record points at', () => {
    expect(stack.resolve(entry.target)).toEqual({
      dnsName: { 'Fn::GetAtt': [expect.stringMatching(/^EntryAccelerator/), 'DnsName'] },
      hostedZoneId: 'Z2BJ6XQ5FK7U4H',
    });
  });

  it('fails without a balancer, and with a bad name', () => {
    const make = (): unknown =>
      new StaticEntry(newStack(), 'Entry', { environmentName: 'Mine', balancers: [] });
    expect(make).toThrow(InvalidInput);
    expect(make).toThrow(/environmentName = "Mine"[\s\S]*balancers = 0: must be 1 to 10 balancers/);
  });
});
