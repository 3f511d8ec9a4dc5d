package contracts_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

func TestThreeEqualResultsPay20And18And12(t *testing.T) {
	for name, end := range map[string]func(task *contractstest.Court, yes contractstest.Answer) *contracts.TaskTaskEnded{
		"through the court": func(task *contractstest.Court, yes contractstest.Answer) *contracts.TaskTaskEnded {
			for seat := range 3 {
				task.Commit(seat, yes)
			}
			task.Reveal(0)
			task.Reveal(1)
			return contractstest.Find[contracts.TaskTaskEnded](task.Chain, task.Reveal(2))
		},
		"fast": func(task *contractstest.Court, yes contractstest.Answer) *contracts.TaskTaskEnded {
			return contractstest.Find[contracts.TaskTaskEnded](task.Chain, task.Settle(yes, yes, yes))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, nodes, creator := network(t, nil)
			yes := contractstest.Result("yes")
			for range 2 { // the second time every word has been used before
				task := c.Create(creator, contractstest.GPTRequest(), nodes)
				var before [3]*big.Int
				for seat, key := range task.Keys {
					before[seat] = c.Credit(contractstest.Address(key))
				}
				ended := end(task, yes)
				if ended == nil || protocol.Outcome(ended.Outcome) != protocol.OutcomeAgreed || string(ended.Result) != string(yes.Result) {
					t.Fatalf("got %+v, want it to end with the result %x", ended, yes.Result)
				}
				for seat, want := range []int64{20, 18, 12} {
					node := contractstest.Address(task.Keys[seat])
					got := new(big.Int).Sub(c.Credit(node), before[seat])
					if name == "through the court" && seat == 2 { // which brought the last opening
						got.Sub(got, c.Params.SettleReward)
					}
					wantAmount(t, "pay", got, contractstest.CNX(want))
					info := c.NodeInfo(node)
					if protocol.NodeStatus(info.Status) != protocol.NodeAvailable || info.Task.Sign() != 0 || int64(info.Recent[0]) != want {
						t.Errorf("seat %d is %+v, want it available with score %d", seat, info, want)
					}
				}
				c.CheckBooks(task)
			}
			counts := contractstest.View(c, c.Deployment.Task, c.Task.PackCounts(), c.Task.UnpackCounts)
			if counts.Created.Int64() != 2 || counts.Settled.Int64() != 2 || counts.Running.Sign() != 0 || counts.Waiting.Sign() != 0 || counts.Aborted.Sign() != 0 {
				t.Errorf("counts are %+v, want two settled tasks", counts)
			}
		})
	}
}

// TestATaskOfARealChainTakesTwoTransactions is the whole way with a client.
func TestATaskOfARealChainTakesTwoTransactions(t *testing.T) {
	c := contractstest.New(t, nil)
	nodes, creator := c.Join(3, contractstest.SmallClass()), c.Account()
	request := contractstest.GPTRequest()
	task := c.Create(creator, request, nodes)
	head, err := c.Client.HeaderByNumber(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	id, err := protocol.TaskIDFromBig(task.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := protocol.TaskKeyOf(c.Domain, id, contractstest.Address(creator), request.ArgsHash, task.Drawn.Nodes, head.MixDigest)
	if common.Hash(task.Drawn.TaskKey) != want {
		t.Errorf("got task key %x, want %x", task.Drawn.TaskKey, want)
	}
	yes := contractstest.Result("yes")
	task.Settle(yes, yes, yes)
	wantOutcome(t, task, protocol.OutcomeAgreed)
	c.CheckBooks(task)
}

func TestATaskIsSeenInEachOfItsStages(t *testing.T) {
	c, nodes, creator := network(t, nil)
	first := c.Create(creator, contractstest.GPTRequest(), nodes)
	request := contractstest.GPTRequest()
	request.Units, request.MinVramGB, request.ModelKey, request.Fee = 3, 5, protocol.ModelKey("some/model"), contractstest.CNX(70)
	receipt := c.Send("createTask", creator, c.Deployment.Task, c.Task.PackCreateTask(request))
	created := contractstest.Find[contracts.TaskTaskCreated](c, receipt)
	if created.Creator != contractstest.Address(creator) || created.ModelKey != request.ModelKey || created.ArgsHash != request.ArgsHash ||
		created.MinVramGB != 5 || created.Units != 3 || created.Images != 0 || created.Fee.Cmp(request.Fee) != 0 {
		t.Errorf("the event tells %+v of %+v", created, request)
	}
	task := &contractstest.Court{Chain: c, ID: created.TaskId, Creator: creator, Fee: request.Fee}
	queued := task.Info()
	want := contracts.TaskInfo{
		Status: uint8(protocol.TaskQueued), TaskType: uint8(protocol.GPT), Creator: contractstest.Address(creator), ArgsHash: request.ArgsHash,
		Fee: request.Fee, Units: 3, MinVramGB: 6, Since: c.Now(),
	}
	wantInfo(t, queued, want)

	yes := contractstest.Result("yes")
	first.Settle(yes, yes, yes)
	if _, err := task.Dispatch(nodes); err != nil {
		t.Fatal(err)
	}
	want.Status, want.ArgsHash, want.Since, want.TaskKey = uint8(protocol.TaskStarted), [32]byte{}, c.Now(), task.Drawn.TaskKey
	want.Nodes, want.Fee = task.Drawn.Nodes, new(big.Int).Sub(request.Fee, c.Params.DispatchReward)
	want.Deadlines = contracts.Deadlines{ArgumentsBy: c.Now() + 60, CommitBy: c.Now() + 180 + 60}
	wantInfo(t, task.Info(), want)

	for seat := range 3 {
		task.Commit(seat, yes)
		want.Commitments[seat] = task.Commitments[seat]
	}
	task.Reveal(1)
	want.Revealed[1], want.Deadlines.RevealBy = true, c.Now()-1+60
	wantInfo(t, task.Info(), want)
	task.Reveal(0)
	task.Reveal(2)
	wantInfo(t, task.Info(), contracts.TaskInfo{
		Status: uint8(protocol.TaskSettled), Outcome: uint8(protocol.OutcomeAgreed), TaskType: want.TaskType, Creator: want.Creator,
		Fee: want.Fee, Units: 3, MinVramGB: 6, Since: want.Since,
	})
}

func wantInfo(t *testing.T, got, want contracts.TaskInfo) {
	t.Helper()
	if got.Fee.Cmp(want.Fee) != 0 {
		t.Errorf("fee is %s, want %s", got.Fee, want.Fee)
	}
	got.Fee, want.Fee = nil, nil
	if got != want {
		t.Errorf("the task is %+v,\nwant %+v", got, want)
	}
}

func TestEarningsAreWithdrawnToTheirOwnerByAnybody(t *testing.T) {
	c, nodes, creator := network(t, nil)
	key := c.Key() // it made no deposit, and earns the reward for the end
	earner := contractstest.Address(key)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	for seat := range 3 {
		task.Hold(seat, contractstest.Result("yes"))
	}
	c.Send("settle", key, c.Deployment.Task, c.Task.PackSettle(task.ID, task.Statements(c.Relay)))
	earned := c.Params.SettleReward
	for _, want := range []*big.Int{earned, new(big.Int)} { // the second time there is nothing to get
		receipt := c.Send("withdraw", c.Key(), c.Deployment.Task, c.Task.PackWithdraw(earner))
		if e := contractstest.Find[contracts.TaskWithdrawn](c, receipt); e.Account != earner || e.Amount.Cmp(want) != 0 {
			t.Errorf("the event tells %+v, want %s", e, want)
		}
	}
	wantAmount(t, "withdrawn", c.Balance(earner), earned)
	wantAmount(t, "credit", c.Credit(earner), new(big.Int))
	c.CheckBooks()
}

// TestAFeeIsTakenFromTheCreatorsCredit, be it deposited or earned, and from
// nothing else.
func TestAFeeIsTakenFromTheCreatorsCredit(t *testing.T) {
	c, nodes, _ := network(t, nil)
	creator := nodes[0] // a node spends what it earned
	account := contractstest.Address(creator)
	yes := contractstest.Result("yes")
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	task.Settle(yes, yes, yes)
	credit, balance := c.Credit(account), c.Balance(account)

	request := contractstest.GPTRequest()
	request.Fee = new(big.Int).Add(credit, common.Big1)
	_, err := c.Try("createTask", creator, c.Deployment.Task, c.Task.PackCreateTask(request))
	wantRefused(t, err, "TooLittleCredit")
	wantAmount(t, "credit after a fee that it doesn't reach", c.Credit(account), credit)
	wantAmount(t, "balance after it", c.Balance(account), balance)

	request.Fee = credit
	last := c.Create(creator, request, nodes)
	wantAmount(t, "credit after a fee that takes it all", c.Credit(account), new(big.Int))
	wantAmount(t, "balance after it", c.Balance(account), balance)
	c.CheckBooks(last)
	last.Settle(yes, yes, yes)
	c.CheckBooks()
}

func TestCreatingATaskIsRefused(t *testing.T) {
	c, _, creator := network(t, nil)
	for _, bad := range []struct {
		name   string
		change func(*contracts.TaskRequest)
		err    string
	}{
		{"no units", func(r *contracts.TaskRequest) { r.Units = 0 }, "InvalidUnits"},
		{"too many units", func(r *contracts.TaskRequest) { r.Units, r.Fee = 1025, contractstest.CNX(10_000) }, "InvalidUnits"},
		{"images of text", func(r *contracts.TaskRequest) { r.Images = 1 }, "InvalidUnits"},
		{"no fee", func(r *contracts.TaskRequest) { r.Fee = new(big.Int) }, "FeeTooLow"},
		{"more than there is", func(r *contracts.TaskRequest) { r.Fee = new(big.Int).Lsh(common.Big1, 96) }, "FeeTooHigh"},
		{"more than it has", func(r *contracts.TaskRequest) { r.Fee = contractstest.CNX(100_001) }, "TooLittleCredit"},
		{"more memory than any node has", func(r *contracts.TaskRequest) { r.MinVramGB = 9 }, "NoClassFits"},
		{"more memory than any card has", func(r *contracts.TaskRequest) { r.MinVramGB = 129 }, "NoClassFits"},
		{"more memory than a number holds", func(r *contracts.TaskRequest) { r.MinVramGB = 65535 }, "NoClassFits"},
	} {
		request := contractstest.GPTRequest()
		bad.change(&request)
		if _, err := c.Try("createTask", creator, c.Deployment.Task, c.Task.PackCreateTask(request)); !refused(err, bad.err) {
			t.Errorf("%s: got %v, want %s", bad.name, err, bad.err)
		}
	}
	served := contractstest.NewEVM(t, func(p *contracts.Params) { p.Gpt.Served = false })
	served.Join(3, contractstest.SmallClass())
	creator = served.Account()
	for _, images := range []uint16{0, 11, 65535} {
		request := contractstest.SDRequest(1)
		request.Images = images
		_, err := served.Try("createTask", creator, served.Deployment.Task, served.Task.PackCreateTask(request))
		wantRefused(t, err, "InvalidUnits")
	}
	_, err := served.Try("createTask", creator, served.Deployment.Task, served.Task.PackCreateTask(contractstest.GPTRequest()))
	wantRefused(t, err, "TaskTypeNotServed")
}

// TestALargerTaskCostsInProportionToItsTime: minFee is for the smallest of a type.
func TestALargerTaskCostsInProportionToItsTime(t *testing.T) {
	th := imagesTheatre(t)
	for _, c := range []struct {
		kind     protocol.TaskType
		units    int64
		overhead int64
		perUnit  int64
	}{
		{protocol.GPT, 1, 30, 10}, {protocol.GPT, 2, 30, 10}, {protocol.GPT, 1024, 30, 10},
		{protocol.StableDiffusion, 1, 30, 20}, {protocol.StableDiffusion, 7, 30, 20}, {protocol.StableDiffusion, 1024, 30, 20},
	} {
		request := contractstest.GPTRequest()
		if c.kind == protocol.StableDiffusion {
			request = contractstest.SDRequest(1)
		}
		request.Units = uint32(c.units)
		smallest := c.overhead + c.perUnit
		least := part(th.Params.MinFee, c.overhead+c.units*c.perUnit, smallest)
		if new(big.Int).Mul(least, big.NewInt(smallest)).Cmp(new(big.Int).Mul(th.Params.MinFee, big.NewInt(c.overhead+c.units*c.perUnit))) < 0 {
			least.Add(least, common.Big1) // rounded up
		}
		request.Fee = new(big.Int).Sub(least, common.Big1)
		_, err := th.Try("createTask", th.creator, th.Deployment.Task, th.Task.PackCreateTask(request))
		if refusal, ok := err.(*contracts.Refusal); !ok || refusal.Name != "FeeTooLow" || refusal.Args["minimum"].(*big.Int).Cmp(least) != 0 {
			t.Errorf("%d units of type %d: got %v, want FeeTooLow with a least fee of %s", c.units, c.kind, err, least)
		}
		request.Fee = least
		if _, err := th.branch(t).Try("createTask", th.creator, th.Deployment.Task, th.Task.PackCreateTask(request)); err != nil {
			t.Errorf("%d units of type %d for %s: %v", c.units, c.kind, least, err)
		}
	}
}

func TestTheContractsSayWhatTheyAre(t *testing.T) {
	c, _, _ := network(t, nil)
	d := c.Deployment
	for name, got := range map[string][2]common.Address{
		"token of Task": {contractstest.View(c, d.Task, c.Task.PackToken(), c.Task.UnpackToken), d.Token},
		"nodes of Task": {contractstest.View(c, d.Task, c.Task.PackNodes(), c.Task.UnpackNodes), d.Node},
		"rules of Task": {contractstest.View(c, d.Task, c.Task.PackRules(), c.Task.UnpackRules), d.Rules},
		"token of Node": {contractstest.View(c, d.Node, c.Node.PackToken(), c.Node.UnpackToken), d.Token},
		"rules of Node": {contractstest.View(c, d.Node, c.Node.PackRules(), c.Node.UnpackRules), d.Rules},
		"task of Node":  {contractstest.View(c, d.Node, c.Node.PackTaskContract(), c.Node.UnpackTaskContract), d.Task},
		"task of Rules": {contractstest.View(c, d.Rules, c.Rules.PackTask(), c.Rules.UnpackTask), d.Task},
		"node of Rules": {contractstest.View(c, d.Rules, c.Rules.PackNode(), c.Rules.UnpackNode), d.Node},
		"owner":         {contractstest.View(c, d.Rules, c.Rules.PackOwner(), c.Rules.UnpackOwner), d.Timelock},
	} {
		if got[0] != got[1] {
			t.Errorf("%s is %s, want %s", name, got[0], got[1])
		}
	}
	pricing := contractstest.View(c, d.Task, c.Task.PackPricing(uint8(protocol.GPT)), c.Task.UnpackPricing)
	images := contractstest.View(c, d.Task, c.Task.PackPricing(uint8(protocol.StableDiffusion)), c.Task.UnpackPricing)
	if pricing != c.Params.Gpt || images != c.Params.StableDiffusion {
		t.Errorf("prices are %+v and %+v, want %+v and %+v", pricing, images, c.Params.Gpt, c.Params.StableDiffusion)
	}
	wantAmount(t, "least fee", contractstest.View(c, d.Task, c.Task.PackMinFee(), c.Task.UnpackMinFee), c.Params.MinFee)
	wantAmount(t, "stake", contractstest.View(c, d.Node, c.Node.PackStakeAmount(), c.Node.UnpackStakeAmount), c.Params.Stake)
	if got := contractstest.View(c, d.Node, c.Node.PackMinClassNodes(), c.Node.UnpackMinClassNodes); got != uint32(c.Params.MinClassNodes) {
		t.Errorf("a class needs %d nodes, want %d", got, c.Params.MinClassNodes)
	}
	supply := contractstest.View(c, d.Token, c.Token.PackTotalSupply(), c.Token.UnpackTotalSupply)
	wantAmount(t, "supply", supply, contractstest.CNX(4_351_443_962))
}
