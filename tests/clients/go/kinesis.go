package main

import (
	"crypto/md5"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	kinesistypes "github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

const (
	firstShard = "shardId-000000000000"
	patience   = 20 * time.Second
)

var (
	streams      *kinesis.Client
	half         = new(big.Int).Lsh(big.NewInt(1), 127).String()
	trimHorizon  = kinesistypes.StartingPosition{Type: kinesistypes.ShardIteratorTypeTrimHorizon}
	kinesisSteps = []step{
		{"streams", makeStreams}, {"records", putRecords}, {"iterators", iterators}, {"resharding", resharding},
		{"fanout", fanout}, {"refusals", kinesisRefusals},
	}
)

func stream(name string, shards int32) *string {
	full := aws.String(run + "-" + name)
	must(streams.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: full, ShardCount: &shards}))
	found := &kinesis.DescribeStreamInput{StreamName: full}
	check(kinesis.NewStreamExistsWaiter(streams).Wait(ctx, found, patience) == nil, "%s isn't there", *full)
	return must(streams.DescribeStream(ctx, found)).StreamDescription.StreamARN
}

func putRecord(arn *string, text string, hashKey ...string) *string {
	input := &kinesis.PutRecordInput{StreamARN: arn, Data: []byte(text), PartitionKey: aws.String("k")}
	for _, key := range hashKey {
		input.ExplicitHashKey = &key
	}
	return must(streams.PutRecord(ctx, input)).SequenceNumber
}

// readShard is all of a shard from a position on, and the last answer.
func readShard(arn *string, shard string, kind kinesistypes.ShardIteratorType,
	options ...func(*kinesis.GetShardIteratorInput)) ([]string, *kinesis.GetRecordsOutput) {
	input := &kinesis.GetShardIteratorInput{StreamARN: arn, ShardId: &shard, ShardIteratorType: kind}
	for _, option := range options {
		option(input)
	}
	iterator := must(streams.GetShardIterator(ctx, input)).ShardIterator
	found := []string{}
	for {
		answer := must(streams.GetRecords(ctx, &kinesis.GetRecordsInput{StreamARN: arn, ShardIterator: iterator}))
		found = append(found, textsOf(answer.Records)...)
		iterator = answer.NextShardIterator
		if iterator == nil || len(answer.Records) == 0 {
			return found, answer
		}
	}
}

func wholeShard(arn *string, shard string) ([]string, *kinesis.GetRecordsOutput) {
	return readShard(arn, shard, kinesistypes.ShardIteratorTypeTrimHorizon)
}

func textsOf(records []kinesistypes.Record) []string {
	found := []string{}
	for _, record := range records {
		found = append(found, string(record.Data))
	}
	return found
}

func childrenOf(shards []kinesistypes.ChildShard) []string {
	found := []string{}
	for _, shard := range shards {
		found = append(found, *shard.ShardId)
	}
	return found
}

func consumer(arn *string, name string) *string {
	made := must(streams.RegisterStreamConsumer(
		ctx, &kinesis.RegisterStreamConsumerInput{StreamARN: arn, ConsumerName: &name}))
	return made.Consumer.ConsumerARN
}

func makeStreams() {
	arn := stream("streams", 2)
	found := must(streams.DescribeStream(ctx, &kinesis.DescribeStreamInput{StreamARN: arn})).StreamDescription
	equal(len(found.Shards), 2)
	check(time.Since(*found.StreamCreationTimestamp).Abs() < time.Minute, "%v", found.StreamCreationTimestamp)
	raises[*kinesis.CreateStreamOutput, *kinesistypes.ResourceInUseException](streams.CreateStream(
		ctx, &kinesis.CreateStreamInput{StreamName: found.StreamName, ShardCount: aws.Int32(1)}))
	pages := kinesis.NewListStreamsPaginator(streams, &kinesis.ListStreamsInput{Limit: aws.Int32(1)})
	names := []string{}
	for pages.HasMorePages() {
		names = append(names, must(pages.NextPage(ctx)).StreamNames...)
	}
	check(slices.Contains(names, *found.StreamName), "%v", names)
	must(streams.DeleteStream(ctx, &kinesis.DeleteStreamInput{StreamARN: arn}))
	raises[*kinesis.DescribeStreamOutput, *kinesistypes.ResourceNotFoundException](
		streams.DescribeStream(ctx, &kinesis.DescribeStreamInput{StreamARN: arn}))
}

func putRecords() {
	arn := stream("records", 2)
	putRecord(arn, "größe 🐟", "0")
	expected := []string{"größe 🐟"}
	var entries []kinesistypes.PutRecordsRequestEntry
	for n := range 500 {
		text := fmt.Sprint(n)
		expected = append(expected, text)
		entries = append(entries, kinesistypes.PutRecordsRequestEntry{Data: []byte(text), PartitionKey: &text})
	}
	answer := must(streams.PutRecords(ctx, &kinesis.PutRecordsInput{StreamARN: arn, Records: entries}))
	equal(*answer.FailedRecordCount, 0)
	for n, placed := range answer.Records {
		digest := md5.Sum([]byte(fmt.Sprint(n)))
		equal(*placed.ShardId, fmt.Sprintf("shardId-%012d", digest[0]>>7))
	}
	found, _ := wholeShard(arn, firstShard)
	more, _ := wholeShard(arn, "shardId-000000000001")
	found = append(found, more...)
	slices.Sort(found)
	slices.Sort(expected)
	equal(found, expected)
}

func iterators() {
	arn := stream("iterators", 1)
	putRecord(arn, "1")
	second := putRecord(arn, "2")
	putRecord(arn, "3")
	time.Sleep(10 * time.Millisecond) // the server's clock has milliseconds
	now := time.Now()
	putRecord(arn, "4")
	latest := must(streams.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{
		StreamARN: arn, ShardId: aws.String("shardId-0"), ShardIteratorType: kinesistypes.ShardIteratorTypeLatest,
	})).ShardIterator
	putRecord(arn, "5")
	equal(textsOf(must(streams.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: latest})).Records), []string{"5"})
	from := func(kind kinesistypes.ShardIteratorType, option func(*kinesis.GetShardIteratorInput)) string {
		found, _ := readShard(arn, firstShard, kind, option)
		return strings.Join(found, "")
	}
	number := func(input *kinesis.GetShardIteratorInput) { input.StartingSequenceNumber = second }
	equal(from(kinesistypes.ShardIteratorTypeTrimHorizon, func(*kinesis.GetShardIteratorInput) {}), "12345")
	equal(from(kinesistypes.ShardIteratorTypeAtSequenceNumber, number), "2345")
	equal(from(kinesistypes.ShardIteratorTypeAfterSequenceNumber, number), "345")
	equal(from(kinesistypes.ShardIteratorTypeAtTimestamp, func(input *kinesis.GetShardIteratorInput) { input.Timestamp = &now }), "45")
}

func split(arn *string) {
	must(streams.SplitShard(ctx, &kinesis.SplitShardInput{
		StreamARN: arn, ShardToSplit: aws.String(firstShard), NewStartingHashKey: &half,
	}))
}

func resharding() {
	arn := stream("resharding", 1)
	putRecord(arn, "before")
	split(arn)
	found, answer := wholeShard(arn, firstShard)
	equal(found, []string{"before"})
	equal(answer.NextShardIterator, nil)
	children := childrenOf(answer.ChildShards)
	putRecord(arn, "low", "0")
	putRecord(arn, "high", half)
	for index, expected := range []string{"low", "high"} {
		found, _ = wholeShard(arn, children[index])
		equal(found, []string{expected})
	}
	must(streams.MergeShards(ctx, &kinesis.MergeShardsInput{
		StreamARN: arn, ShardToMerge: &children[0], AdjacentShardToMerge: &children[1],
	}))
	_, answer = wholeShard(arn, children[0])
	equal(answer.ChildShards[0].ParentShards, children)
	filter := &kinesistypes.ShardFilter{Type: kinesistypes.ShardFilterTypeAtLatest}
	equal(len(must(streams.ListShards(ctx, &kinesis.ListShardsInput{StreamARN: arn, ShardFilter: filter})).Shards), 1)
}

// subscribed is one subscription to a shard.
type subscribed struct {
	events *kinesis.SubscribeToShardEventStream
}

func subscribe(own *string, position kinesistypes.StartingPosition, shard string) (*kinesis.SubscribeToShardOutput, error) {
	return streams.SubscribeToShard(
		ctx, &kinesis.SubscribeToShardInput{ConsumerARN: own, ShardId: &shard, StartingPosition: &position})
}

func subscribedTo(own *string, position kinesistypes.StartingPosition, shard string) subscribed {
	return subscribed{must(subscribe(own, position, shard)).GetStream()}
}

// next is the next event, or nil at the end.
func (it subscribed) next() *kinesistypes.SubscribeToShardEvent {
	select {
	case event, isOpen := <-it.events.Events():
		if !isOpen {
			return nil
		}
		return &event.(*kinesistypes.SubscribeToShardEventStreamMemberSubscribeToShardEvent).Value
	case <-time.After(patience):
		panic("no event came in time")
	}
}

// until reads events until these records have come, and gives the last one.
func (it subscribed) until(texts ...string) *kinesistypes.SubscribeToShardEvent {
	found := []string{}
	for {
		event := it.next()
		check(event != nil, "the stream ended behind %v: %v", found, it.events.Err())
		found = append(found, textsOf(event.Records)...)
		if len(found) >= len(texts) {
			equal(found, texts)
			return event
		}
	}
}

func fanout() {
	arn := stream("fanout", 1)
	own := consumer(arn, "app")
	first := putRecord(arn, "1")
	putRecord(arn, "2")
	all := subscribedTo(own, trimHorizon, firstShard)
	all.until("1", "2")
	raises[*kinesis.SubscribeToShardOutput, *kinesistypes.ResourceInUseException](subscribe(own, trimHorizon, firstShard))
	behind := kinesistypes.StartingPosition{
		Type: kinesistypes.ShardIteratorTypeAfterSequenceNumber, SequenceNumber: first}
	second := subscribedTo(consumer(arn, "second"), behind, firstShard)
	second.until("2")
	third := putRecord(arn, "3")
	for _, each := range []subscribed{all, second} {
		equal(*each.until("3").ContinuationSequenceNumber, *third)
	}
	quiet := all.next() // within five seconds
	equal(len(quiet.Records), 0)
	split(arn)
	for _, each := range []subscribed{all, second} {
		var last *kinesistypes.SubscribeToShardEvent
		for event := each.next(); event != nil; event = each.next() {
			last = event
		}
		equal(each.events.Err(), nil)
		equal(len(last.ChildShards), 2)
		equal(last.ChildShards[1].ParentShards, []string{firstShard})
		equal(last.ContinuationSequenceNumber, nil)
		each.events.Close()
	}
	child := subscribedTo(own, trimHorizon, "shardId-000000000001")
	putRecord(arn, "4", "0")
	child.until("4")
	must(streams.DeregisterStreamConsumer(ctx, &kinesis.DeregisterStreamConsumerInput{ConsumerARN: own}))
	for child.next() != nil {
	}
	raises[any, *kinesistypes.ResourceNotFoundException](nil, child.events.Err())
}

func kinesisRefusals() {
	arn := stream("refusals", 1)
	beyond := new(big.Int).Lsh(big.NewInt(1), 128).String()
	input := &kinesis.PutRecordInput{StreamARN: arn, Data: []byte("x"), PartitionKey: aws.String("k"), ExplicitHashKey: &beyond}
	raises[*kinesis.PutRecordOutput, *kinesistypes.InvalidArgumentException](streams.PutRecord(ctx, input))
	raises[*kinesis.GetRecordsOutput, *kinesistypes.InvalidArgumentException](
		streams.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: aws.String("AAAA")}))
	large := &kinesis.PutRecordInput{StreamARN: arn, Data: make([]byte, mib+1), PartitionKey: aws.String("k")}
	coded[*kinesis.PutRecordOutput]("ValidationException")(streams.PutRecord(ctx, large))
}

func kinesisRefused() {
	_, err := streams.ListStreams(ctx, &kinesis.ListStreamsInput{})
	fmt.Println("refused", codeOf(err))
}
