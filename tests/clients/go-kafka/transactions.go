package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

const halves = 2 // partitions of each topic

func producer(id string) *kgo.Client {
	made := client(kgo.TransactionalID(id), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	must(made.BeginTransaction())
	return made
}

func send(ctx context.Context, with *kgo.Client, text string) {
	for number := range records {
		value := []byte(fmt.Sprint(text, " ", number))
		must(with.ProduceSync(ctx, &kgo.Record{Topic: "orders", Partition: int32(number % halves), Value: value}).FirstErr())
	}
}

// All values of a topic up to its end, as readers of that isolation level have them, in order of a partition.
func values(ctx context.Context, admin *kadm.Client, topic string, isolation kgo.IsolationLevel) []string {
	list := admin.ListEndOffsets
	if isolation == kgo.ReadCommitted() {
		list = admin.ListCommittedOffsets
	}
	ends, err := list(ctx, topic)
	must(err)
	reader := client(
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(isolation),
		kgo.KeepControlRecords(),
		kgo.FetchMaxWait(10*time.Millisecond),
	)
	defer reader.Close()
	found := make([][]string, halves)
	next := make([]int64, halves)
	for isBehind := true; isBehind; {
		isBehind = false
		ends.Each(func(each kadm.ListedOffset) { isBehind = isBehind || next[each.Partition] < each.Offset })
		if !isBehind {
			break
		}
		reader.PollFetches(ctx).EachRecord(func(record *kgo.Record) {
			next[record.Partition] = record.Offset + 1
			if !record.Attrs.IsControl() {
				found[record.Partition] = append(found[record.Partition], string(record.Value))
			}
		})
	}
	return slices.Concat(found...)
}

func commit(ctx context.Context, admin *kadm.Client) {
	clerk := producer("clerk")
	defer clerk.Close()
	send(ctx, clerk, "first")
	check(len(values(ctx, admin, "orders", kgo.ReadCommitted())) == 0, "seen before the commit")
	must(clerk.EndTransaction(ctx, kgo.TryCommit))
	check(len(values(ctx, admin, "orders", kgo.ReadCommitted())) == records, "not seen after the commit")
	ok("commit")
}

func abort(ctx context.Context, admin *kadm.Client) {
	clerk := producer("clerk")
	defer clerk.Close()
	send(ctx, clerk, "aborted")
	must(clerk.EndTransaction(ctx, kgo.TryAbort))
	must(clerk.BeginTransaction())
	send(ctx, clerk, "second")
	must(clerk.EndTransaction(ctx, kgo.TryCommit))
	committed := values(ctx, admin, "orders", kgo.ReadCommitted())
	check(len(committed) == 2*records && !slices.ContainsFunc(committed, func(each string) bool {
		return strings.HasPrefix(each, "aborted")
	}), committed)
	check(len(values(ctx, admin, "orders", kgo.ReadUncommitted())) == 3*records, "not all")
	ok("abort")
}

// A bill for each order, in one transaction with where the group stands: aborted, and then done again.
func transform(ctx context.Context, admin *kadm.Client) {
	session, err := kgo.NewGroupTransactSession(append(biller(), kgo.SeedBrokers(servers()...))...)
	must(err)
	defer session.Close()
	for _, ending := range []kgo.TransactionEndTry{kgo.TryAbort, kgo.TryCommit} {
		must(session.Begin())
		for billed := 0; billed < 2*records; {
			fetched := session.PollFetches(ctx)
			must(fetched.Err())
			fetched.EachRecord(func(record *kgo.Record) {
				bill := []byte("bill of " + string(record.Value))
				session.Produce(ctx, &kgo.Record{Topic: "bills", Partition: record.Partition, Value: bill}, nil)
				billed++
			})
		}
		isCommitted, err := session.End(ctx, ending)
		must(err)
		check(isCommitted == (ending == kgo.TryCommit), "not ended as asked")
	}
	lag, err := admin.Lag(ctx, "billing")
	must(err)
	check(lag["billing"].Lag.Total() <= halves, lag) // the markers
	bills := values(ctx, admin, "bills", kgo.ReadCommitted())
	for at, order := range values(ctx, admin, "orders", kgo.ReadCommitted()) {
		check(bills[at] == "bill of "+order, bills)
	}
	check(len(bills) == 2*records, bills)
	ok("transform")
}

func biller() []kgo.Opt {
	return []kgo.Opt{
		kgo.TransactionalID("biller"),
		kgo.ConsumerGroup("billing"),
		kgo.ConsumeTopics("orders"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.RequireStableFetchOffsets(),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	}
}

func fence(ctx context.Context, admin *kadm.Client) {
	zombie := producer("twice")
	defer zombie.Close()
	must(zombie.ProduceSync(ctx, &kgo.Record{Topic: "orders", Value: []byte("of a zombie")}).FirstErr())
	heir := producer("twice")
	defer heir.Close()
	must(heir.ProduceSync(ctx, &kgo.Record{Topic: "orders", Value: []byte("of its heir")}).FirstErr())
	must(heir.EndTransaction(ctx, kgo.TryCommit))
	err := zombie.EndTransaction(ctx, kgo.TryCommit)
	check(errors.Is(err, kerr.ProducerFenced) || errors.Is(err, kerr.InvalidProducerEpoch), err)
	found := values(ctx, admin, "orders", kgo.ReadCommitted())
	check(slices.Contains(found, "of its heir") && !slices.Contains(found, "of a zombie"), found)
	ok("fence")
}

func transactions(ctx context.Context, admin *kadm.Client) {
	_, err := admin.CreateTopics(ctx, halves, 1, nil, "orders", "bills")
	must(err)
	commit(ctx, admin)
	abort(ctx, admin)
	transform(ctx, admin)
	fence(ctx, admin)
}
