#!/usr/bin/env bash
# What a person with the AWS command line (version 1) does with SQS, step by step; `refused` asks to be turned away.
# Needs `aws` on the PATH, AWS_ENDPOINT_URL and the usual credentials. One line a step; exit status 1 when a step fails.
set -uo pipefail

RUN=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
export AWS_PAGER="" AWS_DEFAULT_OUTPUT=text
NO_QUEUE=AWS.SimpleQueueService.NonExistentQueue

# Version 1 has a rule of its own for the address of SQS, which passes over AWS_ENDPOINT_URL.
sqs() { aws --endpoint-url "$AWS_ENDPOINT_URL" sqs "$@"; }

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

queue() { sqs create-queue --queue-name "$RUN-$1" ${2:+--attributes "$2"} --query QueueUrl; }
attribute() { sqs get-queue-attributes --queue-url "$1" --attribute-names "$2" --query "Attributes.$2"; }
send() { sqs send-message --queue-url "$1" --message-body "$2" --query MessageId; }
receive() { sqs receive-message --queue-url "$@"; }
one() { receive "$1" --wait-time-seconds 10 --query "Messages[0].$2" "${@:3}"; }

create() {
  local url
  url=$(sqs create-queue --queue-name "$RUN-create" --attributes VisibilityTimeout=45 --tags team=river --query QueueUrl)
  equal "$(queue create VisibilityTimeout=45)" "$url"
  equal "$(attribute "$url" VisibilityTimeout)" 45
  equal "$(sqs list-queue-tags --queue-url "$url" --query Tags.team)" river
  fails QueueAlreadyExists queue create VisibilityTimeout=46
  equal "$(attribute "$(queue create.fifo FifoQueue=true)" FifoQueue)" true
}

url() {
  local url
  url=$(queue url)
  [[ "$url" == "$AWS_ENDPOINT_URL"/* ]]
  equal "$(sqs get-queue-url --queue-name "$RUN-url")" "$url"
  fails "$NO_QUEUE" sqs get-queue-url --queue-name "$RUN-nowhere"
}

list() {
  local made=()
  for index in 0 1 2; do made+=("$(queue "list-$index")"); done
  queue other-list >"$SCRATCH/other"
  local found
  found=$(sqs list-queues --queue-name-prefix "$RUN-list-" --page-size 2 --query 'QueueUrls[]' | tr '\t' '\n' | sort)
  equal "$found" "$(printf '%s\n' "${made[@]}")"
}

attributes() {
  local url
  url=$(queue attributes)
  sqs set-queue-attributes --queue-url "$url" --attributes VisibilityTimeout=7,DelaySeconds=3
  equal "$(sqs get-queue-attributes --queue-url "$url" --attribute-names All \
    --query 'Attributes.[VisibilityTimeout,DelaySeconds,MaximumMessageSize,ApproximateNumberOfMessages]')" \
    $'7\t3\t1048576\t0'
  [[ "$(attribute "$url" QueueArn)" =~ ^arn:aws:sqs:$AWS_DEFAULT_REGION:[0-9]{12}:$RUN-attributes$ ]]
  fails InvalidAttributeName sqs set-queue-attributes --queue-url "$url" --attributes Colour=blue
  fails InvalidAttributeValue sqs set-queue-attributes --queue-url "$url" --attributes VisibilityTimeout=43201
}

roundtrip() {
  local url
  url=$(queue roundtrip)
  cat >"$SCRATCH/attributes.json" <<'JSON'
{"name": {"DataType": "String", "StringValue": "weir"}, "count": {"DataType": "Number.int", "StringValue": "7"},
 "raw": {"DataType": "Binary", "BinaryValue": "raw bytes"}}
JSON
  local trace=Root=1-5759e988-bd862e3fe1be46a994272793
  equal "$(sqs send-message --queue-url "$url" --message-body hello --query MD5OfMessageBody \
    --message-attributes "file://$SCRATCH/attributes.json" --message-system-attributes \
    "{\"AWSTraceHeader\": {\"DataType\": \"String\", \"StringValue\": \"$trace\"}}")" 5d41402abc4b2a76b9719d911017c592
  local wanted="[Body, MessageAttributes.name.StringValue, MessageAttributes.count.DataType,
    MessageAttributes.raw.BinaryValue, Attributes.AWSTraceHeader, Attributes.ApproximateReceiveCount]"
  equal "$(one "$url" "$wanted" --message-attribute-names All --message-system-attribute-names All)" \
    "$(printf '%s\t' hello weir Number.int cmF3IGJ5dGVz "$trace")1"
}

select_attributes() {
  local url keys='MessageAttributes | sort(keys(not_null(@, `{}`)))'
  url=$(queue select VisibilityTimeout=0)
  sqs send-message --queue-url "$url" --message-body chosen --query MessageId --message-attributes \
    'trace.a={DataType=String,StringValue=1},trace.b={DataType=String,StringValue=2},colour={DataType=String,StringValue=3}'
  equal "$(one "$url" "$keys" --message-attribute-names colour missing)" colour
  equal "$(one "$url" "$keys" --message-attribute-names 'trace.*')" $'trace.a\ttrace.b'
  equal "$(one "$url" "$keys" --message-attribute-names All)" $'colour\ttrace.a\ttrace.b'
  equal "$(one "$url" Attributes)" None
}

batch() {
  local url entries
  url=$(queue batch)
  entries='[{"Id": "first", "MessageBody": "1"}, {"Id": "bad", "MessageBody": "a\u0001b"}, {"Id": "last", "MessageBody": "3"}]'
  equal "$(sqs send-message-batch --queue-url "$url" --entries "$entries" \
    --query '[join(`,`, Successful[].Id), Failed[0].Id, Failed[0].Code]')" $'first,last\tbad\tInvalidMessageContents'
  fails AWS.SimpleQueueService.BatchEntryIdsNotDistinct sqs send-message-batch --queue-url "$url" \
    --entries Id=a,MessageBody=1 Id=a,MessageBody=2
}

longpoll() {
  local url start
  url=$(queue longpoll)
  receive "$url" --wait-time-seconds 20 --query 'Messages[0].Body' >"$SCRATCH/came" &
  # While the first poll waits, an empty one takes its 2 s; the send then wakes the first long before its 20 s are over.
  start=$SECONDS
  equal "$(receive "$(queue longpoll-empty)" --wait-time-seconds 2)" ""
  ((SECONDS - start >= 2))
  send "$url" wake
  start=$SECONDS
  wait
  equal "$(<"$SCRATCH/came")" wake
  ((SECONDS - start < 8))
}

visibility() {
  local url handle
  url=$(queue visibility)
  send "$url" seen
  handle=$(one "$url" ReceiptHandle --visibility-timeout 300)
  equal "$(receive "$url")" ""
  sqs change-message-visibility --queue-url "$url" --receipt-handle "$handle" --visibility-timeout 0
  fails AWS.SimpleQueueService.MessageNotInflight \
    sqs change-message-visibility --queue-url "$url" --receipt-handle "$handle" --visibility-timeout 5
  read -r handle count <<<"$(one "$url" '[ReceiptHandle, Attributes.ApproximateReceiveCount]' --attribute-names All)"
  equal "$count" 2
  equal "$(sqs change-message-visibility-batch --queue-url "$url" --query '[Successful[0].Id, Failed[0].Code]' --entries \
    "Id=good,ReceiptHandle=$handle,VisibilityTimeout=0" Id=bad,ReceiptHandle=junk,VisibilityTimeout=0)" \
    $'good\tReceiptHandleIsInvalid'
}

delete() {
  local url handle
  url=$(queue delete)
  send "$url" one
  handle=$(one "$url" ReceiptHandle)
  sqs delete-message --queue-url "$url" --receipt-handle "$handle"
  equal "$(sqs delete-message-batch --queue-url "$url" --query '[Successful[0].Id, Failed[0].Code]' \
    --entries "Id=good,ReceiptHandle=$handle" Id=bad,ReceiptHandle=junk)" $'good\tReceiptHandleIsInvalid'
  equal "$(attribute "$url" ApproximateNumberOfMessagesNotVisible)" 0
  fails ReceiptHandleIsInvalid sqs delete-message --queue-url "$url" --receipt-handle junk
}

fifo() {
  local url
  url=$(queue fifo.fifo FifoQueue=true,ContentBasedDeduplication=true)
  for body in a0 b0 a1; do
    sqs send-message --queue-url "$url" --message-body $body --message-group-id "${body::1}" --query SequenceNumber
  done
  equal "$(one "$url" Body --max-number-of-messages 1)" a0
  # Group a is locked while its first message is in flight.
  equal "$(receive "$url" --max-number-of-messages 10 --query 'Messages[].Body')" b0
  equal "$(receive "$url" --max-number-of-messages 10)" ""
  fails MissingParameter sqs send-message --queue-url "$url" --message-body x
}

deduplication() {
  local url
  url=$(queue deduplication.fifo FifoQueue=true)
  again() {
    sqs send-message --queue-url "$url" --message-body "$1" --message-group-id g --message-deduplication-id same \
      --query '[MessageId, SequenceNumber]'
  }
  equal "$(again first)" "$(again second)"
  equal "$(attribute "$url" ApproximateNumberOfMessages)" 1
}

dead_letter_pair() {
  DEAD=$(queue "$1-dead")
  DEAD_ARN=$(attribute "$DEAD" QueueArn)
  SOURCE=$(queue "$1" "{\"VisibilityTimeout\": \"0\",
    \"RedrivePolicy\": \"{\\\"deadLetterTargetArn\\\": \\\"$DEAD_ARN\\\", \\\"maxReceiveCount\\\": 1}\"}")
}

deadletter() {
  dead_letter_pair deadletter
  send "$SOURCE" poison
  equal "$(one "$SOURCE" Body)" poison
  equal "$(receive "$SOURCE")" ""
  equal "$(one "$DEAD" '[Body, Attributes.DeadLetterQueueSourceArn]' --message-system-attribute-names All)" \
    "poison"$'\t'"$(attribute "$SOURCE" QueueArn)"
  equal "$(sqs list-dead-letter-source-queues --queue-url "$DEAD" --query 'queueUrls[]')" "$SOURCE"
}

move() {
  dead_letter_pair move
  send "$SOURCE" again
  equal "$(one "$SOURCE" Body)" again
  equal "$(receive "$SOURCE")" ""
  [[ -n "$(sqs start-message-move-task --source-arn "$DEAD_ARN")" ]]
  equal "$(one "$SOURCE" Body)" again
  local state
  for _ in {1..20}; do
    state=$(sqs list-message-move-tasks --source-arn "$DEAD_ARN" \
      --query 'Results[0].[Status, ApproximateNumberOfMessagesMoved]')
    [[ "$state" == RUNNING* ]] || break
    receive "$DEAD" --wait-time-seconds 1
  done
  equal "$state" $'COMPLETED\t1'
  fails ResourceNotFoundException sqs start-message-move-task --source-arn "$DEAD_ARN-nowhere"
}

purge() {
  local url
  url=$(queue purge)
  send "$url" lost
  sqs purge-queue --queue-url "$url"
  equal "$(attribute "$url" ApproximateNumberOfMessages)" 0
  fails AWS.SimpleQueueService.PurgeQueueInProgress sqs purge-queue --queue-url "$url"
}

tags() {
  local url
  url=$(queue tags)
  sqs tag-queue --queue-url "$url" --tags '{"team": "river", "größe": "Fluß"}'
  sqs untag-queue --queue-url "$url" --tag-keys team
  equal "$(sqs list-queue-tags --queue-url "$url" --query 'Tags."größe"') $(sqs list-queue-tags --queue-url "$url" \
    --query 'length(keys(Tags))')" "Fluß 1"
}

permission() {
  local url
  url=$(queue permission)
  sqs add-permission --queue-url "$url" --label readers --aws-account-ids 111111111111 --actions ReceiveMessage
  [[ "$(attribute "$url" Policy)" == *SQS:ReceiveMessage* ]]
  sqs remove-permission --queue-url "$url" --label readers
  [[ "$(attribute "$url" Policy)" != *readers* ]]
}

large() {
  local url
  url=$(queue large)
  head -c 1048576 /dev/zero | tr '\0' w >"$SCRATCH/body"
  sqs send-message --queue-url "$url" --message-body "file://$SCRATCH/body" --query MessageId
  one "$url" Body >"$SCRATCH/back"
  printf '\n' >>"$SCRATCH/body"
  cmp "$SCRATCH/body" "$SCRATCH/back"
  fails InvalidParameterValue sqs send-message --queue-url "$url" --message-body "file://$SCRATCH/body"
}

unicode() {
  local url text=$'\t<&>"\' ]]> %2B+ 漢字 🐟 end'
  url=$(queue unicode)
  send "$url" "$text"
  equal "$(one "$url" Body)" "$text"
}

errors() {
  fails "$NO_QUEUE" send "$AWS_ENDPOINT_URL/000000000000/$RUN-nowhere" x
  fails InvalidMessageContents sqs send-message --queue-url "$(queue errors)" --message-body $'a\x01b'
  fails InvalidParameterValue sqs create-queue --queue-name 'not a name'
}

removal() {
  local url
  url=$(queue removal)
  sqs delete-queue --queue-url "$url"
  fails "$NO_QUEUE" receive "$url"
  fails AWS.SimpleQueueService.QueueDeletedRecently queue removal
}

identity() {
  local account
  account=$(aws sts get-caller-identity --query Account)
  [[ "$(attribute "$(queue identity)" QueueArn)" == "arn:aws:sqs:$AWS_DEFAULT_REGION:$account:$RUN-identity" ]]
}

refused() {
  local said
  if said=$(sqs list-queues 2>&1); then
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
    echo "ok ${1%_attributes}"
  else
    echo "FAILED ${1%_attributes}"
    echo "$1: $(<"$SCRATCH/$1.errors")" >&2
    touch "$SCRATCH/failed"
  fi
}

steps=(create url list attributes roundtrip select_attributes batch longpoll visibility delete fifo deduplication
  deadletter move purge tags permission large unicode errors removal identity)
for step in "${steps[@]}"; do
  attempt "$step" &
  # Two at a time: nearly all of a step's time is the command line starting up.
  (($(jobs -rp | wc -l) < 2)) || wait -n
done
wait
[[ ! -e "$SCRATCH/failed" ]]
