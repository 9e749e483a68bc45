import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { EPHEMERAL_MARK } from '../../../core/profile/lock.ts';
import { acknowledgeLogBucket } from './findings.ts';

export interface AccessLogsProps {
  /** Days that a log is kept. */
  readonly days: number;
}

/**
 * Where balancers write their access logs. Encrypted by S3's own keys, because a balancer's delivery takes no others.
 *
 * It outlives its stack and its replacement, and empties itself: so it is not in the lock, although the logs are worth
 * keeping, and a deletion of the environment does not stop at a bucket that is not empty.
 */
export class AccessLogs extends Construct {
  readonly bucket: s3.Bucket;

  constructor(scope: Construct, id: string, props: AccessLogsProps) {
    super(scope, id);
    this.bucket = new s3.Bucket(this, 'Bucket', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [
        {
          expiration: Duration.days(props.days),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.node.defaultChild = this.bucket;
    (this.bucket.node.defaultChild as s3.CfnBucket).addMetadata(EPHEMERAL_MARK, true);
    acknowledgeLogBucket(this.bucket);
  }
}
