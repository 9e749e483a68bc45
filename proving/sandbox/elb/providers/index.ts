export type { ProviderPorts } from './ports.ts';
export { loadBalancerProvider } from './load-balancer-provider.ts';
export { targetGroupProvider } from './target-group-provider.ts';
export { listenerProvider } from './listener-provider.ts';
export { ruleProvider } from './rule-provider.ts';
