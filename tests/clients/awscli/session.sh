#!/usr/bin/env bash
# The first minutes of a new user: start the server, paste what its banner offers, receive and delete with the AWS command
# line, stop the server, start it again, and find the message that was left.
# Needs `weirmq` and `aws` on the PATH; takes the port.
set -euo pipefail

PORT=$1
URL=http://127.0.0.1:$PORT
DATA=$(mktemp -d)
SERVER=
trap '[[ -z $SERVER ]] || kill -9 "$SERVER"; rm -rf "$DATA"' EXIT
export AWS_PAGER=""

start() {
  weirmq serve --port "$PORT" --data "$DATA/state" >"$DATA/banner" 2>"$DATA/log" &
  SERVER=$!
  curl -sf --retry 10 --retry-delay 1 --retry-connrefused "$URL/health" >"$DATA/health"
}

stop() {
  kill -TERM "$SERVER"
  wait "$SERVER"
  SERVER=
}

weirmq --help | grep serve
weirmq version
start
grep -F "$URL" "$DATA/banner"
grep -F "$DATA/state" "$DATA/banner"

# The indented lines after "A first success" are there to be pasted as they stand.
sed -n '/first success/,/^$/ s/^  //p' "$DATA/banner" >"$DATA/pasted"
cat "$DATA/pasted"
source "$DATA/pasted" >"$DATA/said" # in this shell, so that what it exports stays
cat "$DATA/said"
grep -q hello "$DATA/said"

sqs() { aws --endpoint-url "$URL" sqs "$@" --output text; }

aws --endpoint-url "$URL" sts get-caller-identity --query Account --output text
QUEUE=$(sqs create-queue --queue-name second --query QueueUrl)
sqs send-message --queue-url "$QUEUE" --message-body "hello, weir"
HANDLE=$(sqs receive-message --queue-url "$QUEUE" --query 'Messages[0].ReceiptHandle')
sqs delete-message --queue-url "$QUEUE" --receipt-handle "$HANDLE"
sqs send-message --queue-url "$QUEUE" --message-body "left over"

if weirmq serve --port 0 --data "$DATA/state" >"$DATA/refusal" 2>&1; then
  echo "a second server on the same data folder was let in"
  exit 1
fi
cat "$DATA/refusal"
grep -qF "$DATA/state" "$DATA/refusal"

stop
start
sqs receive-message --queue-url "$QUEUE" --query 'Messages[].Body' | grep -x "left over"
stop
echo "ok session"
