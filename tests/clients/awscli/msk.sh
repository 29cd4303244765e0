#!/usr/bin/env bash
# What a person with the AWS command line (version 1) does with Amazon MSK, step by step.
# Needs `aws` on the PATH, AWS_ENDPOINT_URL and the usual credentials. One line a step; exit status 1 when a step fails.
set -euo pipefail

RUN=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
export AWS_PAGER="" AWS_DEFAULT_OUTPUT=text

call() { aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }

equal() {
  [[ "$1" == "$2" ]] || { printf 'got: %q\nexpected: %q\n' "$1" "$2" >&2; return 1; }
}

cluster=$(call kafka create-cluster --cluster-name "weir-$RUN" --kafka-version 3.9.x.kraft --number-of-broker-nodes 2 \
  --broker-node-group-info InstanceType=kafka.t3.small,ClientSubnets=subnet-1,subnet-2 \
  --client-authentication '{"Sasl":{"Scram":{"Enabled":true}}}' --query ClusterArn)
equal "$(call kafka describe-cluster --cluster-arn "$cluster" --query ClusterInfo.State)" ACTIVE
brokers=$(call kafka get-bootstrap-brokers --cluster-arn "$cluster" --query BootstrapBrokerStringSaslScram)
[[ "$brokers" =~ ^127\.0\.0\.1:[0-9]+,127\.0\.0\.1:[0-9]+$ ]]
equal "$(call kafka list-clusters-v2 --cluster-name-filter "weir-$RUN" --query 'ClusterInfoList[0].ClusterArn')" "$cluster"
echo "ok cluster"

call kafka tag-resource --resource-arn "$cluster" --tags team=rivers
equal "$(call kafka list-tags-for-resource --resource-arn "$cluster" --query Tags.team)" rivers
said=$(call kafka update-broker-count --cluster-arn "$cluster" --current-version K1 --target-number-of-broker-nodes 4 2>&1) &&
  exit 1
[[ "$said" == *"(BadRequestException)"* ]]
echo "ok changes"

secret=$(call secretsmanager create-secret --name "AmazonMSK_$RUN" --secret-string '{"username":"u","password":"p"}' \
  --query ARN)
equal "$(call kafka batch-associate-scram-secret --cluster-arn "$cluster" --secret-arn-list "$secret" --query ClusterArn)" \
  "$cluster"
equal "$(call kafka list-scram-secrets --cluster-arn "$cluster" --query 'SecretArnList[0]')" "$secret"
echo "ok secrets"

equal "$(call kafka delete-cluster --cluster-arn "$cluster" --query State)" DELETING
equal "$(call kafka list-clusters --cluster-name-filter "weir-$RUN" --query 'length(ClusterInfoList)')" 0
echo "ok removal"
