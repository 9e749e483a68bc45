/** AWS::ElasticLoadBalancingV2::Listener: a port of a balancer, and what is done with what comes in there. */

import { mergedTags } from '../../aurora/providers/tags.ts';
import { AwsError, Properties, type ResourceProvider, type ResourceRequest } from '../../kernel/index.ts';
import { readAttributes } from '../attributes.ts';
import type { Listener } from '../model.ts';
import { readAction } from './actions.ts';
import type { ProviderPorts } from './ports.ts';

const KNOWN = [
  'AlpnPolicy',
  'Certificates',
  'DefaultActions',
  'ListenerAttributes',
  'LoadBalancerArn',
  'MutualAuthentication',
  'Port',
  'Protocol',
  'SslPolicy',
  'Tags',
];
const REFUSED = {
  AlpnPolicy: 'application load balancers have none',
  MutualAuthentication: 'the sandbox asks no client for a certificate',
};
const DEFAULT_POLICY = 'ELBSecurityPolicy-2016-08';
const enacted = ({ arn }: Listener) => ({ physicalId: arn, attributes: { ListenerArn: arn } });

export function listenerProvider(ports: ProviderPorts): ResourceProvider {
  const { registry } = ports;
  return {
    type: 'AWS::ElasticLoadBalancingV2::Listener',
    replaceOn: ['LoadBalancerArn'],
    async create(request) {
      const { properties, settings } = read(request, ports);
      const balancer = registry.balancer(properties.requiredText('LoadBalancerArn'));
      if (registry.listenersOf(balancer.arn).some(({ port }) => port === settings.port)) {
        const message = `A listener already exists on port ${settings.port} for ${balancer.arn}`;
        throw new AwsError('DuplicateListener', message);
      }
      const arn = registry.arn(`listener/app/${balancer.name}/${balancer.id}/${ports.newId()}`);
      const listener: Listener = { arn, balancerArn: balancer.arn, ...settings };
      registry.listeners.set(arn, listener);
      try {
        await ports.listen(balancer);
      } catch (error) {
        registry.listeners.delete(arn);
        await ports.listen(balancer).catch(() => undefined);
        throw error;
      }
      return enacted(listener);
    },
    async update(request) {
      const listener = registry.listener(request.physicalId);
      const before = { ...listener };
      Object.assign(listener, read(request, ports).settings);
      const balancer = registry.balancer(listener.balancerArn);
      try {
        await ports.listen(balancer);
      } catch (error) {
        Object.assign(listener, before);
        await ports.listen(balancer).catch(() => undefined);
        throw error;
      }
      return enacted(listener);
    },
    async delete({ physicalId }) {
      const listener = registry.listeners.get(physicalId);
      if (listener === undefined) return;
      for (const rule of registry.rulesOf(physicalId)) registry.rules.delete(rule.arn);
      registry.listeners.delete(physicalId);
      const balancer = registry.balancers.get(listener.balancerArn);
      if (balancer) await ports.listen(balancer);
    },
  };
}

function read(request: ResourceRequest, ports: ProviderPorts) {
  const properties = new Properties(request, request.properties);
  properties.only(KNOWN, REFUSED);
  const protocol = properties.oneOf('Protocol', ['HTTP', 'HTTPS']);
  if (protocol === undefined) throw properties.fault('Protocol', 'is required');
  const port = properties.integer('Port', { min: 1, max: 65_535 });
  if (port === undefined) throw properties.fault('Port', 'is required');
  const certificates = properties.objects('Certificates').map((one) => one.requiredText('CertificateArn'));
  if (protocol === 'HTTPS' && certificates.length !== 1) {
    throw properties.fault('Certificates', 'a listener for HTTPS needs one certificate');
  }
  const certificateArn = protocol === 'HTTPS' ? (certificates[0] ?? null) : null;
  if (certificateArn !== null) ports.needCertificate(certificateArn);
  const given = properties.objects('ListenerAttributes').map((one) => ({
    Key: one.requiredText('Key'),
    Value: one.text('Value') ?? '',
  }));
  const settings: Omit<Listener, 'arn' | 'balancerArn'> = {
    port,
    protocol,
    certificateArn,
    sslPolicy: protocol === 'HTTPS' ? (properties.text('SslPolicy') ?? DEFAULT_POLICY) : null,
    defaultAction: readAction(properties, 'DefaultActions', ports.registry),
    attributes: readAttributes('listener', given),
    tags: mergedTags(request),
  };
  return { properties, settings };
}
