#!/usr/bin/env bash
# What a person with the AWS command line (version 1) does with Kinesis, step by step; `refused` asks to be turned away.
# Needs `aws` on the PATH, AWS_ENDPOINT_URL and the usual credentials. One line a step; exit status 1 when a step fails.
# The command line can't subscribe: it leaves out operations that answer by an event stream.
set -uo pipefail

RUN=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
export AWS_PAGER="" AWS_DEFAULT_OUTPUT=text
FIRST=shardId-000000000000
HALF=170141183460469231731687303715884105728

kinesis() { aws --endpoint-url "$AWS_ENDPOINT_URL" kinesis "$@"; }

equal() {
  [[ "$1" == "$2" ]] || { printf 'got: %q\nexpected: %q\n' "$1" "$2" >&2; return 1; }
}

# fails CODE COMMAND...: the command must end with an error, and name this code.
fails() {
  local code=$1 said
  shift
  if said=$("$@" 2>&1); then
    echo "$code expected, but the call went well: $said" >&2
    return 1
  fi
  [[ "$said" == *"($code)"* ]] || { echo "$code expected, got: $said" >&2; return 1; }
}

stream() { kinesis create-stream --stream-name "$RUN-$1" --shard-count "$2"; }
# put NAME DATA HASH_KEY
put() {
  kinesis put-record --stream-name "$RUN-$1" --data "$2" --partition-key k --explicit-hash-key "$3" \
    --query SequenceNumber
}
# records NAME SHARD TYPE [OPTION...]: what there is, in Base64, with tabs between.
records() {
  local iterator
  iterator=$(kinesis get-shard-iterator --stream-name "$RUN-$1" --shard-id "$2" --shard-iterator-type "$3" "${@:4}" \
    --query ShardIterator)
  kinesis get-records --shard-iterator "$iterator" --query 'Records[].Data'
}
in_base64() { for each in "$@"; do printf %s "$each" | base64; done | paste -s; }

streams() {
  stream streams 2
  kinesis wait stream-exists --stream-name "$RUN-streams"
  equal "$(kinesis describe-stream-summary --stream-name "$RUN-streams" \
    --query 'StreamDescriptionSummary.[StreamStatus, OpenShardCount]')" $'ACTIVE\t2'
  fails ResourceInUseException stream streams 1
  kinesis list-streams --query StreamNames | grep -q "$RUN-streams"
  kinesis delete-stream --stream-name "$RUN-streams"
  fails ResourceNotFoundException kinesis describe-stream --stream-name "$RUN-streams"
}

write() {
  stream write 2
  put write "größe" 0
  kinesis put-records --stream-name "$RUN-write" --query FailedRecordCount \
    --records "Data=low,PartitionKey=k,ExplicitHashKey=0" "Data=high,PartitionKey=k,ExplicitHashKey=$HALF"
  equal "$(records write "$FIRST" TRIM_HORIZON)" "$(in_base64 größe low)"
  equal "$(records write shardId-1 TRIM_HORIZON)" "$(in_base64 high)"
}

next_second() {
  local past
  past=$(date +%s)
  while [[ $(date +%s) == "$past" ]]; do sleep 0.05; done
  date +%s
}

iterators() {
  local second now
  stream iterators 1
  put iterators 1 0
  second=$(put iterators 2 0)
  now=$(next_second) # the command line sends whole seconds
  put iterators 3 0
  equal "$(records iterators "$FIRST" AT_SEQUENCE_NUMBER --starting-sequence-number "$second")" "$(in_base64 2 3)"
  equal "$(records iterators "$FIRST" AFTER_SEQUENCE_NUMBER --starting-sequence-number "$second")" "$(in_base64 3)"
  equal "$(records iterators "$FIRST" AT_TIMESTAMP --timestamp "$now")" "$(in_base64 3)"
  equal "$(records iterators "$FIRST" LATEST)" ""
}

resharding() {
  stream resharding 1
  put resharding before 0
  kinesis split-shard --stream-name "$RUN-resharding" --shard-to-split "$FIRST" --new-starting-hash-key "$HALF"
  put resharding low 0
  equal "$(records resharding "$FIRST" TRIM_HORIZON)" "$(in_base64 before)"
  equal "$(records resharding shardId-1 TRIM_HORIZON)" "$(in_base64 low)"
  kinesis merge-shards --stream-name "$RUN-resharding" --shard-to-merge shardId-000000000001 \
    --adjacent-shard-to-merge shardId-000000000002
  equal "$(kinesis list-shards --stream-name "$RUN-resharding" --shard-filter Type=AT_LATEST \
    --query 'Shards[].[ShardId, ParentShardId, AdjacentParentShardId]')" \
    $'shardId-000000000003\tshardId-000000000001\tshardId-000000000002'
}

consumers() {
  local arn own
  stream consumers 1
  arn=$(kinesis describe-stream-summary --stream-name "$RUN-consumers" --query StreamDescriptionSummary.StreamARN)
  own=$(kinesis register-stream-consumer --stream-arn "$arn" --consumer-name app --query Consumer.ConsumerARN)
  equal "$(kinesis list-stream-consumers --stream-arn "$arn" --query 'Consumers[].ConsumerARN')" "$own"
  kinesis deregister-stream-consumer --consumer-arn "$own"
  fails ResourceNotFoundException kinesis describe-stream-consumer --consumer-arn "$own"
}

refusals() {
  stream refusals 1
  fails InvalidArgumentException put refusals x 340282366920938463463374607431768211456
  fails InvalidArgumentException kinesis get-records --shard-iterator AAAA
  fails ResourceNotFoundException put none x 0
}

refused() {
  local said
  if said=$(kinesis list-streams 2>&1); then
    echo "a wrong secret was let in: $said" >&2
    return 1
  fi
  [[ "$said" =~ \(([A-Za-z]+)\)\ when\ calling ]] || { echo "$said" >&2; return 1; }
  echo "refused ${BASH_REMATCH[1]}"
}

if [[ "${1:-}" == refused ]]; then
  refused
  exit
fi
# A step is a process of its own that stops at its first failing command. Bash drops `set -e` inside a condition, so the
# step must not be one.
attempt() {
  local status
  (set -e; "$1" >/dev/null) 2>"$SCRATCH/$1.errors"
  status=$?
  if ((status == 0)); then
    echo "ok ${1/#write/records}"
  else
    echo "FAILED $1"
    echo "$1: $(<"$SCRATCH/$1.errors")" >&2
    touch "$SCRATCH/failed"
  fi
}

for step in streams write iterators resharding consumers refusals; do
  attempt "$step" &
  # Two at a time: nearly all of a step's time is the command line starting up.
  (($(jobs -rp | wc -l) < 2)) || wait -n
done
wait
[[ ! -e "$SCRATCH/failed" ]]
