export { createTopics, type TopicsPart } from './part.ts';
export type { Mail, TopicPorts, TopicPublisher } from './registry.ts';
