export { createLoadBalancing, type LoadBalancing, type LoadBalancingPorts } from './part.ts';
