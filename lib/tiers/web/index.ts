export { WebTier, type WebBalancers, type WebTierProps } from './web-tier.ts';
