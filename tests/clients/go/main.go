// What a program with the AWS SDK for Go v2 does with SQS, or with Kinesis if it is named first, step by step; `refused`
// asks to be turned away instead.
//
// The SDK finds the endpoint, the region and the credentials in its usual environment variables, and checks the MD5
// of every body by itself. One line a step; exit status 1 when a step fails.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

var (
	ctx      = context.Background()
	settings aws.Config
	client   *sqs.Client
	run      string
)

// readBodies shows net/http bodies that it can only read. smithy-go 1.28.9 gives them a WriteTo, too, which ends with
// io.EOF when the SDK has closed the body, as it does once the answer is there. Where the answer is faster than the end
// of the goroutine that writes, net/http takes that for a failed write and drops the connection under the next answer.
type readBodies struct{ aws.HTTPClient }

func (client readBodies) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil && request.Body != http.NoBody {
		request.Body = struct{ io.ReadCloser }{request.Body}
	}
	return client.HTTPClient.Do(request)
}

// equal stops the step when the two values differ.
func equal[T any](got, expected T) {
	if !reflect.DeepEqual(got, expected) {
		panic(fmt.Sprintf("got %#v, expected %#v", got, expected))
	}
}

func check(good bool, format string, values ...any) {
	if !good {
		panic(fmt.Sprintf(format, values...))
	}
}

// must hands the value on, and stops the step at an error.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// raises demands an error of the SDK's own type E.
func raises[T any, E error](_ T, err error) E {
	var typed E
	check(errors.As(err, &typed), "%T expected, got %v", typed, err)
	return typed
}

// coded demands an error with this code, for the errors that SQS has no type for.
func coded[T any](code string) func(T, error) {
	return func(_ T, err error) {
		equal(codeOf(err), code)
	}
}

func codeOf(err error) string {
	var failure smithy.APIError
	check(errors.As(err, &failure), "an API error expected, got %v", err)
	return failure.ErrorCode()
}

func queue(name string, attributes map[string]string) *string {
	made := must(client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(run + "-" + name), Attributes: attributes}))
	return made.QueueUrl
}

func fifoQueue(name string, contentBased bool) *string {
	attributes := map[string]string{"FifoQueue": "true"}
	if contentBased {
		attributes["ContentBasedDeduplication"] = "true"
	}
	return queue(name+".fifo", attributes)
}

func attributesOf(url *string, names ...types.QueueAttributeName) map[string]string {
	if len(names) == 0 {
		names = []types.QueueAttributeName{types.QueueAttributeNameAll}
	}
	return must(client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: url, AttributeNames: names})).Attributes
}

func arnOf(url *string) string {
	return attributesOf(url, types.QueueAttributeNameQueueArn)["QueueArn"]
}

func send(url *string, body string) *sqs.SendMessageOutput {
	return must(client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: url, MessageBody: &body}))
}

func receive(url *string, options ...func(*sqs.ReceiveMessageInput)) []types.Message {
	input := &sqs.ReceiveMessageInput{QueueUrl: url}
	for _, option := range options {
		option(input)
	}
	return must(client.ReceiveMessage(ctx, input)).Messages
}

// one is the single message that must come, within ten seconds.
func one(url *string, options ...func(*sqs.ReceiveMessageInput)) types.Message {
	messages := receive(url, append([]func(*sqs.ReceiveMessageInput){wait(10)}, options...)...)
	equal(len(messages), 1)
	return messages[0]
}

func wait(seconds int32) func(*sqs.ReceiveMessageInput) {
	return func(input *sqs.ReceiveMessageInput) { input.WaitTimeSeconds = seconds }
}

func atMost(count int32) func(*sqs.ReceiveMessageInput) {
	return func(input *sqs.ReceiveMessageInput) { input.MaxNumberOfMessages = count }
}

func hidden(seconds int32) func(*sqs.ReceiveMessageInput) {
	return func(input *sqs.ReceiveMessageInput) { input.VisibilityTimeout = seconds }
}

func with(names ...string) func(*sqs.ReceiveMessageInput) {
	return func(input *sqs.ReceiveMessageInput) { input.MessageAttributeNames = names }
}

func withSystem(names ...types.MessageSystemAttributeName) func(*sqs.ReceiveMessageInput) {
	return func(input *sqs.ReceiveMessageInput) { input.MessageSystemAttributeNames = names }
}

func bodies(messages []types.Message) []string {
	found := []string{}
	for _, message := range messages {
		found = append(found, *message.Body)
	}
	return found
}

// drain receives and deletes `count` messages, in as many calls as it takes.
func drain(url *string, count int) []types.Message {
	var found []types.Message
	for len(found) < count {
		messages := receive(url, atMost(10), wait(5))
		check(len(messages) > 0, "%d of %d messages came", len(found), count)
		var entries []types.DeleteMessageBatchRequestEntry
		for index, message := range messages {
			id := aws.String(fmt.Sprint(index))
			entries = append(entries, types.DeleteMessageBatchRequestEntry{Id: id, ReceiptHandle: message.ReceiptHandle})
		}
		answer := must(client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: url, Entries: entries}))
		equal(len(answer.Successful), len(messages))
		found = append(found, messages...)
	}
	return found
}

func text(value string) types.MessageAttributeValue { return typed("String", value) }

func typed(dataType, value string) types.MessageAttributeValue {
	return types.MessageAttributeValue{DataType: &dataType, StringValue: &value}
}

func keys[V any](values map[string]V) []string {
	found := []string{}
	for key := range values {
		found = append(found, key)
	}
	slices.Sort(found)
	return found
}

// attempted runs one step and tells whether it went well; a step stops by panicking.
func attempted(name string, step func()) (good bool) {
	defer func() {
		if failure := recover(); failure != nil {
			fmt.Println("FAILED", name)
			fmt.Fprintf(os.Stderr, "%v\n%s\n", failure, debug.Stack())
		}
	}()
	step()
	fmt.Println("ok", name)
	return true
}

func refused() {
	_, err := client.ListQueues(ctx, &sqs.ListQueuesInput{})
	var failure smithy.APIError
	check(errors.As(err, &failure), "an API error expected, got %v", err)
	var response *awshttp.ResponseError
	check(errors.As(err, &response), "an answer expected, got %v", err)
	equal(response.HTTPStatusCode(), http.StatusForbidden)
	link := signedURL(os.Getenv("AWS_ENDPOINT_URL")+"/", "Action", "ListQueues")
	answer := must(http.Get(link))
	defer answer.Body.Close()
	equal(answer.StatusCode, http.StatusForbidden)
	fmt.Println("refused", failure.ErrorCode())
}

func main() {
	random := make([]byte, 4)
	must(rand.Read(random))
	run = hex.EncodeToString(random)
	settings = must(config.LoadDefaultConfig(ctx, config.WithHTTPClient(readBodies{awshttp.NewBuildableClient()})))
	client = sqs.NewFromConfig(settings)
	streams = kinesis.NewFromConfig(settings)
	scenario := steps
	switch strings.Join(os.Args[1:], " ") {
	case "refused":
		refused()
		return
	case "kinesis refused":
		kinesisRefused()
		return
	case "kinesis":
		scenario = kinesisSteps
	}
	failures := 0
	for _, step := range scenario {
		if !attempted(step.name, step.run) {
			failures++
		}
	}
	if failures > 0 {
		os.Exit(1)
	}
}
