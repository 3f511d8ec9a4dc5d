package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"helium/backend/contracts"
	"helium/backend/devnet"
	"helium/backend/protocol"
)

// Load is what `helium bench load` found: many requests at once, and what the
// chain says of them afterwards.
type Load struct {
	Requests int `json:"requests"`
	Parallel int `json:"parallel"`
	Nodes    int `json:"nodes"`
	// Failed requests brought no verified answer.
	Failed int      `json:"failed"`
	Errors []string `json:"errors,omitempty"`

	Seconds float64 `json:"seconds"`
	// PerSecond is how many answers were verified in a second.
	PerSecond float64 `json:"per_second"`
	// FirstToken and Verified count from the request, with the time in the queue.
	FirstToken Spread `json:"first_token_s"`
	Verified   Spread `json:"verified_s"`

	// Blocks are those of the requests' time, by the wall clock.
	Blocks Blocks `json:"blocks"`
	// CPUPerTask is what the devnet and its nodes took of processors for a task, in
	// seconds, and PeakMB the most memory that they had; 0 where the system does not
	// tell.
	CPUPerTask float64 `json:"cpu_s_per_task"`
	PeakMB     float64 `json:"peak_mb"`

	Book  Book  `json:"chain"`
	Tasks Tasks `json:"tasks"`
}

// Check is an error when a request was not answered, or when the chain says that a
// task was lost, or paid twice, or not to the wei.
func (l Load) Check() error {
	switch {
	case l.Failed > 0:
		return fmt.Errorf("%d of %d requests brought no verified answer: %s", l.Failed, l.Requests, strings.Join(l.Errors, "; "))
	case l.Book.Missing != "0":
		return fmt.Errorf("%s wei of the fees are nowhere", l.Book.Missing)
	}
	return l.Tasks.check(l.Requests)
}

// Book is what the chain says of the tasks that were created between two
// blocks. Amounts are CNX, as decimals.
type Book struct {
	Tasks int `json:"tasks"`
	// Queued waited before they were drawn.
	Queued int `json:"queued"`
	// Fast ended with one settlement, Court with a commitment on chain.
	Fast     int            `json:"fast"`
	Court    int            `json:"court"`
	Outcomes map[string]int `json:"outcomes"`
	// Transactions of all parties about these tasks, and their gas.
	Transactions int    `json:"transactions"`
	Gas          uint64 `json:"gas"`
	// Fees went to nodes, as rewards, back to creators and to the pool.
	Fees     string `json:"fees"`
	Paid     string `json:"paid"`
	Rewards  string `json:"rewards"`
	Refunded string `json:"refunded"`
	ToPool   string `json:"to_pool"`
	// Slashed nodes, whose stakes are in the pool besides.
	Slashed int `json:"slashed"`
	// Missing is what of the fees of ended tasks is in none of those places:
	// anything but 0 is a fault of the contracts.
	Missing string `json:"missing"`
}

// RunLoad sends requests through the devnet's bridge, so many at once, and
// reads the chain when all are done.
func RunLoad(ctx context.Context, r devnet.Ready, requests, parallel int) (Load, error) {
	if requests < 1 || parallel < 1 {
		return Load{}, errors.New("requests and parallel must be at least 1")
	}
	client, err := ethclient.DialContext(ctx, r.Chain.WS)
	if err != nil {
		return Load{}, fmt.Errorf("reach the chain: %w", err)
	}
	defer client.Close()
	// The first request of a devnet loads models: it is not measured.
	if _, err := stream(ctx, r.Bridge, r.APIKey, chatBody(-1)); err != nil {
		return Load{}, fmt.Errorf("warm up: %w", err)
	}
	book, err := openBook(ctx, client, r.Contracts)
	if err != nil {
		return Load{}, err
	}
	beats, err := countBlocks(ctx, client)
	if err != nil {
		return Load{}, err
	}
	l := Load{Requests: requests, Parallel: parallel, Nodes: len(r.Nodes)}
	processes := processesOf(r)
	spent, known := processes.cpu()
	began := time.Now()
	answered := l.send(ctx, r)
	l.Seconds = time.Since(began).Seconds()
	if ctx.Err() != nil {
		return l, ctx.Err()
	}
	if len(answered) == 0 {
		return l, fmt.Errorf("no request brought an answer: %s", strings.Join(l.Errors, "; "))
	}
	var firsts, verified []time.Duration
	for _, t := range answered {
		firsts, verified = append(firsts, t.firstToken), append(verified, t.verified)
	}
	l.FirstToken, l.Verified = spreadOf(firsts), spreadOf(verified)
	l.PerSecond = float64(len(verified)) / l.Seconds

	t, err := book.close(ctx)
	if err != nil {
		return l, err
	}
	if l.Blocks, err = beats.stop(); err != nil {
		return l, err
	}
	// What is left to settle when the last answer has come costs too.
	if now, ok := processes.cpu(); ok && known {
		l.CPUPerTask = (now - spent).Seconds() / float64(len(answered))
	}
	l.PeakMB = processes.peakMB()
	l.Book, l.Tasks = t.Book, t.judge(answered)
	return l, nil
}

// mostErrors is how many different failures are told.
const mostErrors = 5

func (l *Load) send(ctx context.Context, r devnet.Ready) (answered []timing) {
	var mu sync.Mutex
	var all sync.WaitGroup
	work := make(chan int)
	for range l.Parallel {
		all.Go(func() {
			for i := range work {
				t, err := stream(ctx, r.Bridge, r.APIKey, chatBody(i))
				mu.Lock()
				if err == nil {
					answered = append(answered, t)
				} else {
					l.Failed++
					if len(l.Errors) < mostErrors && !slices.Contains(l.Errors, err.Error()) {
						l.Errors = append(l.Errors, err.Error())
					}
				}
				mu.Unlock()
			}
		})
	}
	for i := range l.Requests {
		select {
		case work <- i:
		case <-ctx.Done():
		}
	}
	close(work)
	all.Wait()
	return answered
}

// openedBook reads what happens on chain from a block on.
type openedBook struct {
	client *ethclient.Client
	at     protocol.Contracts
	from   uint64
	pool   *big.Int
}

func openBook(ctx context.Context, client *ethclient.Client, at protocol.Contracts) (*openedBook, error) {
	b := &openedBook{client: client, at: at}
	head, err := client.BlockNumber(ctx)
	if err != nil {
		return nil, fmt.Errorf("read chain head: %w", err)
	}
	b.from = head + 1
	b.pool, err = b.readPool(ctx)
	return b, err
}

func (b *openedBook) readPool(ctx context.Context) (*big.Int, error) {
	task := contracts.NewTask()
	answer, err := b.client.CallContract(ctx, ethereum.CallMsg{To: &b.at.Task, Data: task.PackPool()}, nil)
	if err != nil {
		return nil, fmt.Errorf("read pool: %w", err)
	}
	return task.UnpackPool(answer)
}

// tally is a book in the making. Amounts are wei.
type tally struct {
	Book
	fees, paid, rewards, refunded, stakes *big.Int
	court                                 map[string]bool
	tasks                                 map[string]*account
	ended                                 int
	// transactions by block.
	transactions map[uint64]map[common.Hash]bool
}

// close reads the logs, when every task has ended.
func (b *openedBook) close(ctx context.Context) (*tally, error) {
	var t *tally
	for wait := 0; ; wait++ {
		var err error
		if t, err = b.read(ctx); err != nil {
			return nil, err
		}
		// An answer is verified before the transaction that pays for it.
		if t.ended >= t.Tasks || wait >= 60 {
			break
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
	pool, err := b.readPool(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.readGas(ctx, t); err != nil {
		return nil, err
	}
	toPool := new(big.Int).Sub(pool, b.pool)
	toPool.Sub(toPool, t.stakes)
	missing := new(big.Int).Set(t.fees)
	for _, part := range []*big.Int{t.paid, t.rewards, t.refunded, toPool} {
		missing.Sub(missing, part)
	}
	for at, amount := range map[*string]*big.Int{
		&t.Fees: t.fees, &t.Paid: t.paid, &t.Rewards: t.rewards, &t.Refunded: t.refunded, &t.ToPool: toPool,
	} {
		wei, err := protocol.WeiOf(amount)
		if err != nil {
			return nil, fmt.Errorf("add up the fees: %w", err)
		}
		*at = wei.Decimal()
	}
	t.Missing = missing.String()
	return t, nil
}

// readGas adds up what the transactions took, a block at a time.
func (b *openedBook) readGas(ctx context.Context, t *tally) error {
	for block, about := range t.transactions {
		receipts, err := b.client.BlockReceipts(ctx, rpc.BlockNumberOrHashWithNumber(rpc.BlockNumber(block)))
		if err != nil {
			return fmt.Errorf("read receipts of block %d: %w", block, err)
		}
		for _, r := range receipts {
			if about[r.TxHash] {
				t.Transactions++
				t.Gas += r.GasUsed
			}
		}
	}
	return nil
}

// pageBlocks is how many blocks' logs are read at a time: full ones have megabytes.
const pageBlocks = 20

func (b *openedBook) read(ctx context.Context) (*tally, error) {
	head, err := b.client.BlockNumber(ctx)
	if err != nil {
		return nil, fmt.Errorf("read chain head: %w", err)
	}
	events, err := contracts.NewEvents()
	if err != nil {
		return nil, err
	}
	t := &tally{
		Book: Book{Outcomes: map[string]int{}},
		fees: new(big.Int), paid: new(big.Int), rewards: new(big.Int), refunded: new(big.Int), stakes: new(big.Int),
		court: map[string]bool{}, tasks: map[string]*account{}, transactions: map[uint64]map[common.Hash]bool{},
	}
	for from := b.from; from <= head; from += pageBlocks {
		logs, err := b.client.FilterLogs(ctx, ethereum.FilterQuery{
			FromBlock: new(big.Int).SetUint64(from), ToBlock: new(big.Int).SetUint64(min(from+pageBlocks-1, head)),
			Addresses: []common.Address{b.at.Task, b.at.Node},
		})
		if err != nil {
			return nil, fmt.Errorf("read logs: %w", err)
		}
		for _, l := range logs {
			if event, err := events.Parse(&l); err == nil {
				t.add(event, l)
			}
		}
	}
	t.Tasks, t.Court = len(t.tasks), len(t.court)
	t.Fast = t.Outcomes[protocol.OutcomeAgreed.String()] - len(t.court)
	return t, nil
}

// add takes what concerns a task that was created since the book was opened.
func (t *tally) add(event any, l types.Log) {
	if e, ok := event.(*contracts.NodeNodeSlashed); ok {
		t.Slashed++
		t.stakes.Add(t.stakes, e.Stake)
		return
	}
	id := taskOf(event)
	if e, ok := event.(*contracts.TaskTaskCreated); ok && t.tasks[id] == nil {
		t.tasks[id] = &account{fee: e.Fee, out: new(big.Int), payments: map[common.Address]int{}}
	}
	task := t.tasks[id]
	if task == nil {
		return
	}
	task.add(event)
	if t.transactions[l.BlockNumber] == nil {
		t.transactions[l.BlockNumber] = map[common.Hash]bool{}
	}
	t.transactions[l.BlockNumber][l.TxHash] = true
	switch e := event.(type) {
	case *contracts.TaskTaskQueued:
		t.Queued++
	case *contracts.TaskCommitted:
		t.court[id] = true
	case *contracts.TaskTaskEnded:
		t.ended++
		t.Outcomes[protocol.Outcome(e.Outcome).String()]++
		t.fees.Add(t.fees, task.fee)
	case *contracts.TaskNodePaid:
		t.paid.Add(t.paid, e.Amount)
	case *contracts.TaskRewarded:
		t.rewards.Add(t.rewards, e.Amount)
	case *contracts.TaskCreatorRefunded:
		t.refunded.Add(t.refunded, e.Amount)
	}
}

// taskOf is the id of the task that an event is about; empty when it is about none.
func taskOf(event any) string {
	var id *big.Int
	switch e := event.(type) {
	case *contracts.TaskTaskCreated:
		id = e.TaskId
	case *contracts.TaskTaskQueued:
		id = e.TaskId
	case *contracts.TaskTaskDrawn:
		id = e.TaskId
	case *contracts.TaskCommitted:
		id = e.TaskId
	case *contracts.TaskRevealed:
		id = e.TaskId
	case *contracts.TaskTaskEnded:
		id = e.TaskId
	case *contracts.TaskNodePaid:
		id = e.TaskId
	case *contracts.TaskNodeReleased:
		id = e.TaskId
	case *contracts.TaskRewarded:
		id = e.TaskId
	case *contracts.TaskCreatorRefunded:
		id = e.TaskId
	default:
		return ""
	}
	return id.String()
}

// WriteJSON prints one JSON object.
func (l Load) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(l) }

// WriteTable prints the figures for people.
func (l Load) WriteTable(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(out, "%s\t"+format+"\n", append([]any{name}, args...)...)
	}
	row("requests", "%d, %d at once, %d nodes", l.Requests, l.Parallel, l.Nodes)
	row("took", "%.0f s, %.1f verified answers a second", l.Seconds, l.PerSecond)
	row("first token", "%.2f s, 95 %% within %.2f s", l.FirstToken.P50, l.FirstToken.P95)
	row("verified", "%.2f s, 95 %% within %.2f s", l.Verified.P50, l.Verified.P95)
	if l.Failed > 0 {
		row("failed", "%d: %s", l.Failed, strings.Join(l.Errors, "; "))
	}
	if l.CPUPerTask > 0 {
		row("processors", "%.4f s a task, %.0f MB at the most", l.CPUPerTask, l.PeakMB)
	}
	row("blocks", "%d, one after %.2f s (%.2f to %.2f s)", l.Blocks.Count, l.Blocks.Median, l.Blocks.Min, l.Blocks.Max)
	b := l.Book
	row("tasks on chain", "%d, of which %d waited in the queue", b.Tasks, b.Queued)
	row("settled", "%d fast, %d in the court", b.Fast, b.Court)
	for _, name := range slices.Sorted(maps.Keys(b.Outcomes)) {
		row("ended", "%s: %d", name, b.Outcomes[name])
	}
	if b.Tasks > 0 {
		row("transactions", "%.2f a task, %d gas", float64(b.Transactions)/float64(b.Tasks), b.Gas/uint64(b.Tasks))
	}
	row("fees", "%s CNX: %s to nodes, %s for transactions, %s back, %s to the pool", b.Fees, b.Paid, b.Rewards, b.Refunded, b.ToPool)
	if b.Slashed > 0 {
		row("slashed", "%d nodes", b.Slashed)
	}
	row("missing", "%s wei", b.Missing)
	row("once", "%d tasks ended once and paid each of their three nodes once, to the wei of their fee", l.Tasks.Once)
	if l.Tasks.Otherwise > 0 {
		row("otherwise", "%d: %s", l.Tasks.Otherwise, strings.Join(l.Tasks.Why, "; "))
	}
	if l.Tasks.Lost > 0 {
		row("lost", "%d answers are of no task of their own that has ended", l.Tasks.Lost)
	}
	return out.Flush()
}
