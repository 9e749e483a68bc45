export { type S3Part, createS3 } from './s3.ts';
