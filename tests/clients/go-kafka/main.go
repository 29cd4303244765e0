// A session of franz-go: topics, an idempotent producer, a group of two, administration. With an argument: transactions.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	topic      = "rivers"
	partitions = 4
	records    = 100
)

func check(holds bool, shown ...any) {
	if !holds {
		panic(fmt.Sprint(shown...))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func servers() []string { return strings.Split(os.Getenv("KAFKA"), ",") }

func ok(step string) { fmt.Println("ok", step) }

func client(options ...kgo.Opt) *kgo.Client {
	made, err := kgo.NewClient(append(options, kgo.SeedBrokers(servers()...))...)
	must(err)
	return made
}

func member() *kgo.Client {
	return client(
		kgo.ConsumerGroup("readers"),
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
	)
}

func produce(ctx context.Context, with *kgo.Client) {
	next := map[int32]int64{}
	for number := range records {
		key := fmt.Sprint("key ", number%10)
		record := &kgo.Record{Topic: topic, Key: []byte(key), Value: []byte(fmt.Sprint("value ", number))}
		made, err := with.ProduceSync(ctx, record).First()
		must(err)
		check(made.Offset == next[made.Partition], made.Partition, made.Offset)
		next[made.Partition]++
	}
	check(len(next) == partitions, next)
	ok("produce")
}

func group(ctx context.Context, admin *kadm.Client) {
	first, second := member(), member()
	defer first.Close()
	defer second.Close()
	values := map[string]bool{}
	for {
		described, err := admin.DescribeGroups(ctx, "readers")
		must(err)
		committed, err := admin.FetchOffsets(ctx, "readers")
		must(err)
		var sum int64
		committed.Each(func(each kadm.OffsetResponse) { sum += each.At })
		if len(described["readers"].Members) == 2 && len(values) == records && sum == records {
			break
		}
		for _, each := range []*kgo.Client{first, second} {
			short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			each.PollFetches(short).EachRecord(func(record *kgo.Record) { values[string(record.Value)] = true })
			cancel()
			_ = each.CommitUncommittedOffsets(ctx) // refused while the group rebalances
		}
	}
	ok("group")
}

func restart(ctx context.Context, with *kgo.Client) {
	must(with.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte("one more")}).FirstErr())
	again := member()
	defer again.Close()
	found := again.PollFetches(ctx).Records()
	check(len(found) == 1 && string(found[0].Value) == "one more", found)
	must(again.CommitUncommittedOffsets(ctx))
	ok("restart")
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Second)
	defer cancel()
	one := client()
	defer one.Close()
	admin := kadm.NewClient(one)
	if len(os.Args) > 1 {
		transactions(ctx, admin)
		return
	}

	retention := "86400000"
	made, err := admin.CreateTopic(ctx, partitions, 1, map[string]*string{"retention.ms": &retention}, topic)
	must(err)
	check(made.NumPartitions == partitions, made)
	metadata, err := admin.Metadata(ctx, topic)
	must(err)
	leaders := map[int32]bool{}
	for _, each := range metadata.Topics[topic].Partitions {
		leaders[each.Leader] = true
	}
	check(len(leaders) == len(metadata.Brokers), metadata)
	_, err = admin.CreateTopic(ctx, 1, 1, nil, topic)
	check(errors.Is(err, kerr.TopicAlreadyExists), err)
	ok("create")

	produce(ctx, one)
	group(ctx, admin)
	restart(ctx, one)

	committed, err := admin.FetchOffsets(ctx, "readers")
	must(err)
	var sum int64
	committed.Each(func(each kadm.OffsetResponse) { sum += each.At })
	check(sum == records+1, sum)
	lag, err := admin.Lag(ctx, "readers")
	must(err)
	check(lag["readers"].Lag.Total() == 0, lag)
	ok("offsets")

	size := "2000000"
	_, err = admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "max.message.bytes", Value: &size}}, topic)
	must(err)
	configs, err := admin.DescribeTopicConfigs(ctx, topic)
	must(err)
	found, err := configs.On(topic, nil)
	must(err)
	for _, each := range found.Configs {
		check(each.Key != "max.message.bytes" || *each.Value == size, each)
	}
	ok("configs")

	_, err = admin.DeleteGroups(ctx, "readers")
	must(err)
	_, err = admin.DeleteTopics(ctx, topic)
	must(err)
	listed, err := admin.ListTopics(ctx)
	must(err)
	check(!listed.Has(topic), listed)
	ok("remove")
}
