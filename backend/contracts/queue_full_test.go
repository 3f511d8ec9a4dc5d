package contracts_test

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// valued is a GPT task of a value in wei per second.
func valued(gb uint16, value *big.Int) contracts.TaskRequest {
	request := contractstest.GPTRequest()
	request.MinVramGB, request.Fee = gb, new(big.Int).Mul(value, big.NewInt(40))
	return request
}

func (l *line) try(creator *ecdsa.PrivateKey, request contracts.TaskRequest) error {
	l.TB.Helper()
	_, err := l.Try("createTask", creator, l.Deployment.Task, l.Task.PackCreateTask(request))
	return err
}

func TestCapacityGrowsWithTheNodes(t *testing.T) {
	for _, c := range []struct {
		joined  int
		per100  uint16
		want    int64
		quit    int
		atLeast int64
	}{
		{3, 100, 50, 0, 50},
		{50, 100, 50, 0, 50},
		{51, 100, 51, 1, 50},
		{60, 100, 60, 15, 50},
		{61, 150, 91, 10, 76},
		{200, 33, 66, 100, 50},
		{70, 0, 50, 0, 50},
		{3, 65_535, 1966, 1, 1310},
	} {
		t.Run(fmt.Sprintf("%d nodes, %d per 100", c.joined, c.per100), func(t *testing.T) {
			l := newLine(t, func(p *contracts.Params) { p.QueuePer100Nodes = c.per100 })
			nodes := l.JoinMany(c.joined, contractstest.SmallClass())
			capacity := func() int64 {
				return contractstest.View(l.Chain, l.Deployment.Task, l.Task.PackQueueCapacity(), l.Task.UnpackQueueCapacity).Int64()
			}
			if got := capacity(); got != c.want {
				t.Errorf("capacity is %d, want %d", got, c.want)
			}
			for _, node := range nodes[:c.quit] {
				l.SendFrom("quit", node, l.Deployment.Node, l.Node.PackQuit())
			}
			if got := capacity(); got != c.atLeast {
				t.Errorf("capacity is %d after %d quit, want %d", got, c.quit, c.atLeast)
			}
		})
	}
}

func TestAFullQueueLetsTheLeastValuableGo(t *testing.T) {
	l := newLine(t, nil)
	l.trio(8)
	poor, other := l.Account(), l.Account()
	price := func(n int64) *big.Int { return new(big.Int).Add(contractstest.MilliCNX(100), big.NewInt(n)) }
	var tasks []*contractstest.Court
	for i := range int64(50) {
		creator := l.creator
		if i == 20 || i == 21 {
			creator = poor // the least valuable ones, the younger of which goes first
		}
		value := price(10 + i)
		if creator == poor {
			value = price(5)
		}
		tasks = append(tasks, l.Create(creator, valued(4, value), nil))
	}
	wantQueued(t, tasks...)

	held := l.Balance(l.Deployment.Task)
	for _, refusedValue := range []int64{5, 4, 0} {
		err := l.try(other, valued(4, price(refusedValue)))
		wantRefused(t, err, "QueueFull")
		if r, ok := err.(*contracts.Refusal); ok && (r.Args["capacity"].(*big.Int).Int64() != 50 || r.Args["leastValue"].(*big.Int).Cmp(price(5)) != 0) {
			t.Errorf("the refusal says %v", r.Args)
		}
	}
	if got := l.Balance(l.Deployment.Task); got.Cmp(held) != 0 {
		t.Errorf("a refused task was paid for: Task holds %s, held %s", got, held)
	}
	// Other lists are not full.
	wantQueued(t, l.Create(other, valued(6, price(0)), nil), l.create(protocol.StableDiffusion, 4, 50))

	for i, gone := range []*contractstest.Court{tasks[21], tasks[20], tasks[0]} {
		creator := contractstest.Address(gone.Creator)
		credit := l.Credit(creator)
		receipt := l.Send("createTask", other, l.Deployment.Task, l.Task.PackCreateTask(valued(4, price(1000))))
		wantOutcome(t, gone, protocol.OutcomeEvicted)
		if got, want := l.Credit(creator), credit.Add(credit, gone.Fee); got.Cmp(want) != 0 {
			t.Errorf("eviction %d: its creator is credited %s, want %s", i, got, want)
		}
		refund := contractstest.Find[contracts.TaskCreatorRefunded](l.Chain, receipt)
		if refund == nil || refund.TaskId.Cmp(gone.ID) != 0 || refund.Amount.Cmp(gone.Fee) != 0 {
			t.Errorf("eviction %d: the event says %v, want %s for task %s", i, refund, gone.Fee, gone.ID)
		}
		_, err := l.Try("cancel", gone.Creator, l.Deployment.Task, l.Task.PackCancel(gone.ID))
		wantRefused(t, err, "WrongStatus")
	}
	if waiting := contractstest.View(l.Chain, l.Deployment.Task, l.Task.PackQueued(uint8(protocol.GPT), 2, big.NewInt(1000)), l.Task.UnpackQueued); len(waiting) != 50 {
		t.Errorf("%d tasks wait, want 50", len(waiting))
	}
}

// Nodes that leave make the queue smaller than it is: it shrinks no faster than
// its tasks end, and grows no more.
func TestAQueueThatIsTooLongTakesOneForOne(t *testing.T) {
	l := newLine(t, nil)
	nodes := l.JoinMany(60, contractstest.SmallClass()) // not of a registered class
	l.trio(8)
	for i := range int64(60) {
		l.Create(l.creator, valued(4, contractstest.MilliCNX(100+i)), nil)
	}
	for _, node := range nodes {
		l.SendFrom("quit", node, l.Deployment.Node, l.Node.PackQuit())
	}
	length := func() int {
		return len(contractstest.View(l.Chain, l.Deployment.Task, l.Task.PackQueued(uint8(protocol.GPT), 2, big.NewInt(1000)), l.Task.UnpackQueued))
	}
	wantRefused(t, l.try(l.creator, valued(4, contractstest.MilliCNX(100))), "QueueFull")
	if err := l.try(l.creator, valued(4, contractstest.MilliCNX(1000))); err != nil {
		t.Error(err)
	}
	if got := length(); got != 60 {
		t.Errorf("%d tasks wait, want 60", got)
	}
}

func TestOnlyItsCreatorTakesATaskBack(t *testing.T) {
	l := newLine(t, nil)
	nodes := l.trio(8)
	task, other := l.create(protocol.GPT, 4, 100), l.create(protocol.StableDiffusion, 4, 100)
	for _, key := range []*ecdsa.PrivateKey{l.Account(), l.Owner, nodes[0]} {
		_, err := l.Try("cancel", key, l.Deployment.Task, l.Task.PackCancel(task.ID))
		wantRefused(t, err, "NotCreator")
	}
	for _, id := range []*big.Int{new(big.Int), big.NewInt(1), new(big.Int).Lsh(big.NewInt(9), 20)} {
		_, err := l.Try("cancel", l.creator, l.Deployment.Task, l.Task.PackCancel(id))
		wantRefused(t, err, "WrongStatus")
	}
	pool, credit := l.Pool(), l.Credit(contractstest.Address(l.creator))
	l.Send("cancel", l.creator, l.Deployment.Task, l.Task.PackCancel(task.ID))
	wantOutcome(t, task, protocol.OutcomeCancelled)
	if got, want := l.Pool(), pool.Add(pool, l.Params.MinFee); got.Cmp(want) != 0 {
		t.Errorf("the pool is %s, want %s", got, want)
	}
	back := new(big.Int).Sub(task.Fee, l.Params.MinFee)
	if got, want := l.Credit(contractstest.Address(l.creator)), credit.Add(credit, back); got.Cmp(want) != 0 {
		t.Errorf("the creator is credited %s, want %s", got, want)
	}
	_, err := l.Try("cancel", l.creator, l.Deployment.Task, l.Task.PackCancel(task.ID))
	wantRefused(t, err, "WrongStatus")

	l.resume(nodes...)
	if _, err := other.Dispatch(l.all); err != nil {
		t.Fatal(err)
	}
	_, err = l.Try("cancel", l.creator, l.Deployment.Task, l.Task.PackCancel(other.ID))
	wantRefused(t, err, "WrongStatus")
	l.CheckBooks(task, other)
}

func TestATaskThatWaitedTooLongIsRefunded(t *testing.T) {
	for _, taskType := range []protocol.TaskType{protocol.GPT, protocol.StableDiffusion} {
		l := newLine(t, nil)
		nodes := l.trio(8)
		task, late := l.create(taskType, 4, 100), l.create(taskType, 4, 100)
		credit := l.Credit(contractstest.Address(l.creator))
		at(l.Chain, task.Info().Since+uint64(l.Params.QueueSeconds))
		_, err := task.TryClose()
		wantRefused(t, err, "CloseTooEarly")
		l.Send("close", l.Key(), l.Deployment.Task, l.Task.PackClose(task.ID))
		wantOutcome(t, task, protocol.OutcomeExpired)
		if got, want := l.Credit(contractstest.Address(l.creator)), credit.Add(credit, task.Fee); got.Cmp(want) != 0 {
			t.Errorf("the creator is credited %s, want %s", got, want)
		}
		_, err = task.Dispatch(l.all)
		wantRefused(t, err, "WrongStatus")
		// A task whose time is over is served as long as nobody has closed it.
		l.Advance(time.Hour)
		l.resume(nodes...)
		l.serve(late, taskType)
		l.CheckBooks(task, late)
	}
}

// crowd is a class of so many nodes of which the first few are free.
func (l *line) crowd(joined, free int) []common.Address {
	l.TB.Helper()
	l.Register(contractstest.SmallClass())
	nodes := l.JoinMany(joined, contractstest.SmallClass())
	for _, node := range nodes[free:] {
		l.SendFrom("pause", node, l.Deployment.Node, l.Node.PackPause())
	}
	return nodes
}

// starts creates a task and says whether nodes were drawn for it.
func (l *line) starts(request contracts.TaskRequest) (*big.Int, bool) {
	l.TB.Helper()
	receipt := l.Send("createTask", l.creator, l.Deployment.Task, l.Task.PackCreateTask(request))
	return contractstest.Find[contracts.TaskTaskCreated](l.Chain, receipt).TaskId,
		contractstest.Find[contracts.TaskTaskDrawn](l.Chain, receipt) != nil
}

func TestADrawTakesEnoughNodesOrTime(t *testing.T) {
	const gpt, sd = protocol.GPT, protocol.StableDiffusion
	for _, c := range []struct {
		name         string
		taskType     protocol.TaskType
		joined, free int
		// draws is how many tasks start one after the other, the last from few.
		draws int
	}{
		{"fewer than the candidates", gpt, 5, 5, 1},
		{"as many as the candidates, then fewer", gpt, 8, 8, 2},
		{"twice enough, once not", gpt, 11, 11, 3},
		{"less than a tenth of the class", gpt, 109, 9, 1},
		{"once a tenth of the class, then less", gpt, 109, 12, 2},
		{"twice a tenth of the class, then less", gpt, 109, 13, 3},
		{"a tenth does not count for images", sd, 109, 12, 4},
		{"too few for images", sd, 8, 8, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLine(t, func(p *contracts.Params) { p.DrawCandidates, p.DrawSeconds = 6, 10 })
			l.crowd(c.joined, c.free)
			request := contractstest.GPTRequest()
			if c.taskType == sd {
				request = contractstest.SDRequest(1)
			}
			for i := range c.draws {
				if _, started := l.starts(request); !started {
					t.Fatalf("task %d does not start", i)
				}
			}
			drawn := l.Now()
			id, started := l.starts(request)
			if started {
				t.Fatalf("task %d starts, want it to wait", c.draws)
			}
			dispatch := func() error {
				_, err := l.Try("dispatch", l.creator, l.Deployment.Task, l.Task.PackDispatch(id))
				return err
			}
			at(l.Chain, drawn+9)
			wantRefused(t, dispatch(), "NoFreeNodes")
			if free := c.free - 3*c.draws; free < 3 {
				return
			}
			if err := dispatch(); err != nil {
				t.Errorf("after 10 seconds: %v", err)
			}
			// The next newcomer waits again, unless ten seconds pass.
			if _, started := l.starts(request); started {
				t.Error("a task starts so soon after another")
			}
		})
	}
}

func TestEachMemoryStepHasATimeOfItsOwn(t *testing.T) {
	l := newLine(t, func(p *contracts.Params) { p.DrawCandidates, p.DrawSeconds = 6, 10 })
	text, images := contractstest.GPTRequest(), contractstest.SDRequest(1)
	dear := text
	dear.Fee = contractstest.CNX(500) // worth more than the images that wait
	var trios [][]*ecdsa.PrivateKey
	for _, gb := range []uint16{8, 12, 16, 20, 24} {
		trios = append(trios, l.trio(gb))
	}
	for i, c := range []struct {
		what    string
		request contracts.TaskRequest
		starts  bool
	}{
		{"text from one step", text, true},
		{"text from another step, at once", text, true},
		{"images, soon after text", images, true},
		{"images, soon after images", images, false},
		{"text, soon after images", dear, true},
	} {
		l.resume(trios[i]...)
		if _, started := l.starts(c.request); started != c.starts {
			t.Errorf("%s starts: %v, want %v", c.what, started, c.starts)
		}
	}
}

func TestATaskThatNobodyJoinedCouldRunIsRefused(t *testing.T) {
	l := newLine(t, func(p *contracts.Params) { p.MinClassNodes = 4 })
	nodes := l.trio(24) // three are no class for text
	text, images := contractstest.GPTRequest(), contractstest.SDRequest(1)
	text.MinVramGB, images.MinVramGB = 24, 24
	wantRefused(t, l.try(l.creator, text), "NoClassFits")
	if err := l.try(l.creator, images); err != nil { // paused ones count
		t.Error(err)
	}
	images.MinVramGB = 25
	wantRefused(t, l.try(l.creator, images), "NoClassFits")
	text.MinVramGB = 129
	wantRefused(t, l.try(l.creator, text), "NoClassFits")
	l.Send("quit", nodes[0], l.Deployment.Node, l.Node.PackQuit())
	images.MinVramGB = 24
	wantRefused(t, l.try(l.creator, images), "NoClassFits")
}
