package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	mib   = 1024 * 1024
	trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
	// Everything that a body may hold and a careless encoder spoils: line ends, markup, the edges of the allowed ranges.
	anyText = "\r\n\t <&>\"' ]]> %2B+ 漢字 🐟 \ud7ff\ue000\ufffd\U0010ffff end"
)

type step struct {
	name string
	run  func()
}

var steps = []step{
	{"create", create}, {"url", getURL}, {"list", list}, {"attributes", attributes}, {"roundtrip", roundtrip},
	{"select", selection}, {"batch", batch}, {"longpoll", longPoll}, {"delay", delay}, {"visibility", visibility},
	{"delete", remove}, {"fifo", fifo}, {"deduplication", deduplication}, {"attempt", attempt},
	{"deadletter", deadLetter}, {"move", move}, {"purge", purge}, {"tags", tags}, {"permission", permission},
	{"large", large}, {"unicode", unicode}, {"errors", failures}, {"presigned", presigned}, {"removal", removal},
}

func create() {
	name := aws.String(run + "-create")
	wanted := map[string]string{"VisibilityTimeout": "45", "MessageRetentionPeriod": "3600"}
	input := &sqs.CreateQueueInput{QueueName: name, Attributes: wanted, Tags: map[string]string{"team": "river"}}
	made := must(client.CreateQueue(ctx, input)).QueueUrl
	equal(*must(client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: name, Attributes: wanted})).QueueUrl, *made)
	equal(attributesOf(made, "VisibilityTimeout", "MessageRetentionPeriod"), wanted)
	equal(must(client.ListQueueTags(ctx, &sqs.ListQueueTagsInput{QueueUrl: made})).Tags, input.Tags)
	other := &sqs.CreateQueueInput{QueueName: name, Attributes: map[string]string{"VisibilityTimeout": "46"}}
	raises[*sqs.CreateQueueOutput, *types.QueueNameExists](client.CreateQueue(ctx, other))
	equal(attributesOf(fifoQueue("create", false), "FifoQueue"), map[string]string{"FifoQueue": "true"})
}

func getURL() {
	made := queue("url", nil)
	check(strings.HasPrefix(*made, os.Getenv("AWS_ENDPOINT_URL")+"/"), "%s", *made)
	name := aws.String(run + "-url")
	equal(*must(client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: name})).QueueUrl, *made)
	missing := &sqs.GetQueueUrlInput{QueueName: aws.String(run + "-nowhere")}
	raises[*sqs.GetQueueUrlOutput, *types.QueueDoesNotExist](client.GetQueueUrl(ctx, missing))
}

func list() {
	made := []string{}
	for index := range 5 {
		made = append(made, *queue(fmt.Sprintf("list-%d", index), nil))
	}
	queue("other-list", nil)
	input := &sqs.ListQueuesInput{QueueNamePrefix: aws.String(run + "-list-")}
	equal(slices.Sorted(slices.Values(must(client.ListQueues(ctx, input)).QueueUrls)), made)
	pages := sqs.NewListQueuesPaginator(client, input, func(options *sqs.ListQueuesPaginatorOptions) { options.Limit = 2 })
	seen, sizes := []string{}, []int{}
	for pages.HasMorePages() {
		page := must(pages.NextPage(ctx))
		seen, sizes = append(seen, page.QueueUrls...), append(sizes, len(page.QueueUrls))
	}
	slices.Sort(seen)
	equal(seen, made)
	equal(sizes[:3], []int{2, 2, 1})
}

func attributes() {
	made := queue("attributes", nil)
	set := func(attributes map[string]string) (*sqs.SetQueueAttributesOutput, error) {
		return client.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{QueueUrl: made, Attributes: attributes})
	}
	wanted := map[string]string{"VisibilityTimeout": "7", "DelaySeconds": "3"}
	must(set(wanted))
	equal(attributesOf(made, "VisibilityTimeout", "DelaySeconds"), wanted)
	everything := attributesOf(made)
	arn := strings.Split(everything["QueueArn"], ":")
	equal([]string{arn[2], arn[3], arn[5]}, []string{"sqs", settings.Region, run + "-attributes"})
	equal(everything["ApproximateNumberOfMessages"], "0")
	equal(everything["MaximumMessageSize"], strconv.Itoa(mib))
	raises[*sqs.SetQueueAttributesOutput, *types.InvalidAttributeName](set(map[string]string{"Colour": "blue"}))
	wrong := map[string]string{"VisibilityTimeout": "43201"}
	raises[*sqs.SetQueueAttributesOutput, *types.InvalidAttributeValue](set(wrong))
}

func roundtrip() {
	made := queue("roundtrip", nil)
	raw := make([]byte, 256)
	for index := range raw {
		raw[index] = byte(index)
	}
	user := map[string]types.MessageAttributeValue{
		"name": text("weir"), "count": typed("Number", "-12.5e3"), "level.cm": typed("Number.int", "7"),
		"raw": {DataType: aws.String("Binary"), BinaryValue: raw},
	}
	system := map[string]types.MessageSystemAttributeValue{
		"AWSTraceHeader": {DataType: aws.String("String"), StringValue: aws.String(trace)},
	}
	sent := must(client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: made, MessageBody: aws.String("hello"), MessageAttributes: user, MessageSystemAttributes: system,
	}))
	equal(len(*sent.MD5OfMessageSystemAttributes), 32)
	message := one(made, with("All"), withSystem("All"))
	equal([]string{*message.MessageId, *message.Body}, []string{*sent.MessageId, "hello"})
	equal(*message.MD5OfMessageAttributes, *sent.MD5OfMessageAttributes)
	equal(message.MessageAttributes, user)
	found := message.Attributes
	equal([]string{found["AWSTraceHeader"], found["ApproximateReceiveCount"]}, []string{trace, "1"})
	at := time.UnixMilli(must(strconv.ParseInt(found["SentTimestamp"], 10, 64)))
	check(time.Since(at).Abs() < time.Minute, "sent at %v", at)
	check(found["SenderId"] != "", "no SenderId in %v", found)
}

func selection() {
	made := queue("select", map[string]string{"VisibilityTimeout": "0"})
	user := map[string]types.MessageAttributeValue{"trace.a": text("1"), "trace.b": text("2"), "colour": text("3")}
	input := &sqs.SendMessageInput{QueueUrl: made, MessageBody: aws.String("chosen"), MessageAttributes: user}
	must(client.SendMessage(ctx, input))
	for _, each := range []struct{ wanted, expected []string }{
		{nil, []string{}},
		{[]string{"colour", "missing"}, []string{"colour"}},
		{[]string{"trace.*"}, []string{"trace.a", "trace.b"}},
		{[]string{".*"}, keys(user)},
		{[]string{"All"}, keys(user)},
	} {
		equal(keys(one(made, with(each.wanted...)).MessageAttributes), each.expected)
	}
	equal(keys(one(made, withSystem("SentTimestamp", "SenderId")).Attributes), []string{"SenderId", "SentTimestamp"})
	equal(len(one(made).Attributes), 0)
}

func batch() {
	made := queue("batch", nil)
	post := func(entries ...types.SendMessageBatchRequestEntry) (*sqs.SendMessageBatchOutput, error) {
		return client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: made, Entries: entries})
	}
	entry := func(id, body string) types.SendMessageBatchRequestEntry {
		return types.SendMessageBatchRequestEntry{Id: &id, MessageBody: &body}
	}
	answer := must(post(entry("first", "1"), entry("bad", "a\x01b"), entry("last", "3")))
	equal([]string{*answer.Successful[0].Id, *answer.Successful[1].Id}, []string{"first", "last"})
	equal(len(answer.Failed), 1)
	failed := answer.Failed[0]
	equal([]any{*failed.Id, *failed.Code, failed.SenderFault}, []any{"bad", "InvalidMessageContents", true})
	equal(slices.Sorted(slices.Values(bodies(drain(made, 2)))), []string{"1", "3"})
	many := []types.SendMessageBatchRequestEntry{}
	for index := range 11 {
		many = append(many, entry(fmt.Sprintf("e%d", index), "x"))
	}
	type output = *sqs.SendMessageBatchOutput
	raises[output, *types.TooManyEntriesInBatchRequest](post(many...))
	raises[output, *types.BatchEntryIdsNotDistinct](post(many[0], many[0]))
	raises[output, *types.InvalidBatchEntryId](post(entry("a b", "x")))
	raises[output, *types.EmptyBatchRequest](client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{
		QueueUrl: made, Entries: []types.SendMessageBatchRequestEntry{},
	}))
}

func longPoll() {
	made, empty := queue("longpoll", nil), queue("longpoll-empty", nil)
	came := make(chan []types.Message, 1)
	go func() {
		answer, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: made, WaitTimeSeconds: 20})
		if err != nil {
			answer = &sqs.ReceiveMessageOutput{}
		}
		came <- answer.Messages
	}()
	start := time.Now()
	equal(len(receive(empty, wait(2))), 0)
	waited := time.Since(start)
	check(waited > 1500*time.Millisecond && waited < 8*time.Second, "an empty poll of 2 s took %v", waited)
	// The other poll has been waiting for those 2 s; this send must wake it long before its 20 s are over.
	send(made, "wake")
	sent := time.Now()
	equal(bodies(<-came), []string{"wake"})
	check(time.Since(sent) < 5*time.Second, "the poll came back %v after the send", time.Since(sent))
}

func delay() {
	made := queue("delay", nil)
	must(client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: made, MessageBody: aws.String("later"), DelaySeconds: 2}))
	start := time.Now()
	equal(len(receive(made)), 0)
	equal(attributesOf(made)["ApproximateNumberOfMessagesDelayed"], "1")
	equal(*one(made).Body, "later")
	check(time.Since(start) > time.Second, "a message with a delay of 2 s came at once")
}

func visibility() {
	made := queue("visibility", nil)
	send(made, "seen")
	first := one(made, hidden(300))
	equal(len(receive(made)), 0)
	change := func(handle *string, seconds int32) (*sqs.ChangeMessageVisibilityOutput, error) {
		input := &sqs.ChangeMessageVisibilityInput{QueueUrl: made, ReceiptHandle: handle, VisibilityTimeout: seconds}
		return client.ChangeMessageVisibility(ctx, input)
	}
	must(change(first.ReceiptHandle, 0))
	again := one(made, hidden(300), withSystem("ApproximateReceiveCount"))
	equal([]string{*again.MessageId, again.Attributes["ApproximateReceiveCount"]}, []string{*first.MessageId, "2"})
	answer := must(client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{
		QueueUrl: made,
		Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
			{Id: aws.String("good"), ReceiptHandle: again.ReceiptHandle},
			{Id: aws.String("bad"), ReceiptHandle: aws.String("no-such-handle")},
		},
	}))
	equal([]int{len(answer.Successful), len(answer.Failed)}, []int{1, 1})
	equal([]string{*answer.Successful[0].Id, *answer.Failed[0].Id}, []string{"good", "bad"})
	equal(*answer.Failed[0].Code, "ReceiptHandleIsInvalid")
	raises[*sqs.ChangeMessageVisibilityOutput, *types.MessageNotInflight](change(again.ReceiptHandle, 5))
}

func remove() {
	made := queue("delete", nil)
	for index := range 3 {
		send(made, fmt.Sprint(index))
	}
	handles := []*string{}
	for len(handles) < 3 {
		for _, message := range receive(made, atMost(10), wait(5)) {
			handles = append(handles, message.ReceiptHandle)
		}
	}
	discard := func(handle *string) (*sqs.DeleteMessageOutput, error) {
		return client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: made, ReceiptHandle: handle})
	}
	must(discard(handles[0]))
	must(discard(handles[0]))
	junk := aws.String("no-such-handle")
	answer := must(client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{
		QueueUrl: made,
		Entries: []types.DeleteMessageBatchRequestEntry{
			{Id: aws.String("one"), ReceiptHandle: handles[1]},
			{Id: aws.String("bad"), ReceiptHandle: junk},
			{Id: aws.String("two"), ReceiptHandle: handles[2]},
		},
	}))
	equal([]int{len(answer.Successful), len(answer.Failed)}, []int{2, 1})
	equal([]string{*answer.Failed[0].Id, *answer.Failed[0].Code}, []string{"bad", "ReceiptHandleIsInvalid"})
	counts := attributesOf(made, "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
	equal(counts, map[string]string{"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0"})
	raises[*sqs.DeleteMessageOutput, *types.ReceiptHandleIsInvalid](discard(junk))
}

func number(text string) *big.Int {
	value, good := new(big.Int).SetString(text, 10)
	check(good, "%q is no number", text)
	return value
}

func fifo() {
	made := fifoQueue("fifo", true)
	last := new(big.Int)
	for index := range 3 {
		for _, group := range []string{"a", "b"} {
			input := &sqs.SendMessageInput{QueueUrl: made, MessageGroupId: aws.String(group)}
			input.MessageBody = aws.String(fmt.Sprint(group, index))
			next := number(*must(client.SendMessage(ctx, input)).SequenceNumber)
			check(next.Cmp(last) > 0, "%v came after %v", next, last)
			last = next
		}
	}
	first := receive(made, atMost(1), withSystem("All"))[0]
	equal([]string{*first.Body, first.Attributes["MessageGroupId"]}, []string{"a0", "a"})
	// Group a is locked while its first message is in flight.
	equal(bodies(receive(made, atMost(10))), []string{"b0", "b1", "b2"})
	equal(bodies(receive(made, atMost(10))), []string{})
	must(client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: made, ReceiptHandle: first.ReceiptHandle}))
	equal(bodies(receive(made, atMost(10))), []string{"a1", "a2"})
	groupless := &sqs.SendMessageInput{QueueUrl: made, MessageBody: aws.String("x")}
	coded[*sqs.SendMessageOutput]("MissingParameter")(client.SendMessage(ctx, groupless))
}

func deduplication() {
	made := fifoQueue("deduplication", false)
	post := func(body string) *sqs.SendMessageOutput {
		return must(client.SendMessage(ctx, &sqs.SendMessageInput{
			QueueUrl: made, MessageBody: &body, MessageGroupId: aws.String("g"), MessageDeduplicationId: aws.String("same"),
		}))
	}
	first, second := post("first"), post("second")
	equal([]string{*second.MessageId, *second.SequenceNumber}, []string{*first.MessageId, *first.SequenceNumber})
	equal(bodies(drain(made, 1)), []string{"first"})
	post("third")
	equal(attributesOf(made)["ApproximateNumberOfMessages"], "0")
	bare := &sqs.SendMessageInput{QueueUrl: made, MessageBody: aws.String("x"), MessageGroupId: aws.String("g")}
	coded[*sqs.SendMessageOutput]("InvalidParameterValue")(client.SendMessage(ctx, bare))
}

func attempt() {
	made := fifoQueue("attempt", true)
	for index := range 3 {
		input := &sqs.SendMessageInput{QueueUrl: made, MessageGroupId: aws.String("g"), MessageBody: aws.String(fmt.Sprint(index))}
		must(client.SendMessage(ctx, input))
	}
	for range 2 {
		again := func(input *sqs.ReceiveMessageInput) { input.ReceiveRequestAttemptId = aws.String("try-1") }
		equal(bodies(receive(made, atMost(2), again)), []string{"0", "1"})
	}
}

func deadLetterPair(name string) (source, dead *string) {
	dead = queue(name+"-dead", nil)
	policy := must(json.Marshal(map[string]any{"deadLetterTargetArn": arnOf(dead), "maxReceiveCount": 1}))
	return queue(name, map[string]string{"RedrivePolicy": string(policy), "VisibilityTimeout": "0"}), dead
}

func deadLetter() {
	source, dead := deadLetterPair("deadletter")
	sent := *send(source, "poison").MessageId
	equal(*one(source).MessageId, sent)
	equal(len(receive(source)), 0)
	moved := one(dead, withSystem("All"))
	equal([]string{*moved.MessageId, *moved.Body}, []string{sent, "poison"})
	equal(moved.Attributes["DeadLetterQueueSourceArn"], arnOf(source))
	sources := must(client.ListDeadLetterSourceQueues(ctx, &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: dead}))
	equal(sources.QueueUrls, []string{*source})
}

func move() {
	source, dead := deadLetterPair("move")
	send(source, "again")
	one(source)
	equal(len(receive(source)), 0)
	start := func(arn string) (*sqs.StartMessageMoveTaskOutput, error) {
		input := &sqs.StartMessageMoveTaskInput{SourceArn: &arn, MaxNumberOfMessagesPerSecond: aws.Int32(500)}
		return client.StartMessageMoveTask(ctx, input)
	}
	arn := arnOf(dead)
	started := must(start(arn))
	equal(*one(source).Body, "again")
	state := func() types.ListMessageMoveTasksResultEntry {
		return must(client.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: &arn})).Results[0]
	}
	deadline := time.Now().Add(30 * time.Second)
	task := state()
	for *task.Status == "RUNNING" && time.Now().Before(deadline) {
		receive(dead, wait(1))
		task = state()
	}
	equal([]any{*task.Status, task.ApproximateNumberOfMessagesMoved, *task.SourceArn}, []any{"COMPLETED", int64(1), arn})
	type missing = *types.ResourceNotFoundException
	raises[*sqs.StartMessageMoveTaskOutput, missing](start(arn + "-nowhere"))
	coded[*sqs.StartMessageMoveTaskOutput]("InvalidParameterValue")(start(arnOf(source)))
	cancel := &sqs.CancelMessageMoveTaskInput{TaskHandle: started.TaskHandle}
	raises[*sqs.CancelMessageMoveTaskOutput, missing](client.CancelMessageMoveTask(ctx, cancel))
}

func purge() {
	made := queue("purge", nil)
	for index := range 3 {
		send(made, fmt.Sprint(index))
	}
	equal(attributesOf(made)["ApproximateNumberOfMessages"], "3")
	must(client.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: made}))
	equal(attributesOf(made)["ApproximateNumberOfMessages"], "0")
	raises[*sqs.PurgeQueueOutput, *types.PurgeQueueInProgress](client.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: made}))
}

func tags() {
	made := queue("tags", nil)
	read := func() map[string]string {
		return must(client.ListQueueTags(ctx, &sqs.ListQueueTagsInput{QueueUrl: made})).Tags
	}
	equal(len(read()), 0)
	first := map[string]string{"team": "river", "größe": "Fluß", "empty": ""}
	must(client.TagQueue(ctx, &sqs.TagQueueInput{QueueUrl: made, Tags: first}))
	must(client.TagQueue(ctx, &sqs.TagQueueInput{QueueUrl: made, Tags: map[string]string{"team": "lake"}}))
	equal(read(), map[string]string{"team": "lake", "größe": "Fluß", "empty": ""})
	gone := []string{"team", "empty", "never-set"}
	must(client.UntagQueue(ctx, &sqs.UntagQueueInput{QueueUrl: made, TagKeys: gone}))
	equal(read(), map[string]string{"größe": "Fluß"})
}

func permission() {
	made := queue("permission", nil)
	grant := &sqs.AddPermissionInput{
		QueueUrl: made, Label: aws.String("readers"), AWSAccountIds: []string{"111111111111"}, Actions: []string{"ReceiveMessage"},
	}
	must(client.AddPermission(ctx, grant))
	var policy struct {
		Statement []struct{ Sid, Effect, Action, Resource string }
	}
	must(0, json.Unmarshal([]byte(attributesOf(made, "Policy")["Policy"]), &policy))
	equal(len(policy.Statement), 1)
	found := policy.Statement[0]
	equal([]string{found.Sid, found.Effect, found.Action, found.Resource},
		[]string{"readers", "Allow", "SQS:ReceiveMessage", arnOf(made)})
	coded[*sqs.AddPermissionOutput]("InvalidParameterValue")(client.AddPermission(ctx, grant))
	withdraw := &sqs.RemovePermissionInput{QueueUrl: made, Label: aws.String("readers")}
	must(client.RemovePermission(ctx, withdraw))
	check(!strings.Contains(attributesOf(made, "Policy")["Policy"], "readers"), "the permission is still there")
	coded[*sqs.RemovePermissionOutput]("InvalidParameterValue")(client.RemovePermission(ctx, withdraw))
}

func large() {
	made := queue("large", nil)
	body := strings.Repeat("0123456789abcdef", mib/16)
	send(made, body)
	check(*one(made).Body == body, "the body came back changed")
	over := &sqs.SendMessageInput{QueueUrl: made, MessageBody: aws.String(body + "x")}
	coded[*sqs.SendMessageOutput]("InvalidParameterValue")(client.SendMessage(ctx, over))
	halves := []types.SendMessageBatchRequestEntry{
		{Id: aws.String("a"), MessageBody: aws.String(body[:mib/2])},
		{Id: aws.String("b"), MessageBody: aws.String(body[:mib/2+1])},
	}
	raises[*sqs.SendMessageBatchOutput, *types.BatchRequestTooLong](
		client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: made, Entries: halves}))
}

func unicode() {
	made := queue("unicode", nil)
	user := map[string]types.MessageAttributeValue{"note": text(anyText)}
	input := &sqs.SendMessageInput{QueueUrl: made, MessageBody: aws.String(anyText), MessageAttributes: user}
	must(client.SendMessage(ctx, input))
	message := one(made, with("note"))
	equal(*message.Body, anyText)
	equal(message.MessageAttributes, user)
}

func failures() {
	made := queue("errors", nil)
	gone := aws.String(*made + "-nowhere")
	nowhere := &sqs.SendMessageInput{QueueUrl: gone, MessageBody: aws.String("x")}
	raises[*sqs.SendMessageOutput, *types.QueueDoesNotExist](client.SendMessage(ctx, nowhere))
	missing := raises[*sqs.DeleteQueueOutput, *types.QueueDoesNotExist](
		client.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: gone}))
	equal(missing.ErrorCode(), "AWS.SimpleQueueService.NonExistentQueue")
	check(strings.HasPrefix(missing.ErrorMessage(), "The specified queue does not exist"), "%s", missing.ErrorMessage())
	control := &sqs.SendMessageInput{QueueUrl: made, MessageBody: aws.String("a\x00b")}
	raises[*sqs.SendMessageOutput, *types.InvalidMessageContents](client.SendMessage(ctx, control))
	for _, wrong := range []*sqs.ReceiveMessageInput{
		{QueueUrl: made, MaxNumberOfMessages: 11},
		{QueueUrl: made, WaitTimeSeconds: 21},
		{QueueUrl: made, VisibilityTimeout: 43201},
	} {
		coded[*sqs.ReceiveMessageOutput]("InvalidParameterValue")(client.ReceiveMessage(ctx, wrong))
	}
	named := &sqs.CreateQueueInput{QueueName: aws.String("not a name")}
	coded[*sqs.CreateQueueOutput]("InvalidParameterValue")(client.CreateQueue(ctx, named))
	junk := &sqs.ChangeMessageVisibilityInput{QueueUrl: made, ReceiptHandle: aws.String("junk"), VisibilityTimeout: 1}
	raises[*sqs.ChangeMessageVisibilityOutput, *types.ReceiptHandleIsInvalid](client.ChangeMessageVisibility(ctx, junk))
	short, stop := context.WithTimeout(ctx, 300*time.Millisecond)
	defer stop()
	_, err := client.ReceiveMessage(short, &sqs.ReceiveMessageInput{QueueUrl: made, WaitTimeSeconds: 20})
	check(err != nil && short.Err() != nil, "a poll that its caller gave up came back with %v", err)
	time.Sleep(500 * time.Millisecond) // its connection is closed a moment after the call is over
	send(made, "after the poll that went away")
	equal(*one(made).Body, "after the poll that went away")
}

func removal() {
	made := queue("removal", nil)
	send(made, "lost")
	must(client.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: made}))
	gone := &sqs.ReceiveMessageInput{QueueUrl: made}
	raises[*sqs.ReceiveMessageOutput, *types.QueueDoesNotExist](client.ReceiveMessage(ctx, gone))
	again := &sqs.CreateQueueInput{QueueName: aws.String(run + "-removal")}
	raises[*sqs.CreateQueueOutput, *types.QueueDeletedRecently](client.CreateQueue(ctx, again))
	left := must(client.ListQueues(ctx, &sqs.ListQueuesInput{QueueNamePrefix: aws.String(run + "-removal")}))
	equal(len(left.QueueUrls), 0)
}
