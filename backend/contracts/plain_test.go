package contracts_test

import (
	"crypto/ecdsa"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// A contract that runs earlier in a block knows the dice of the block. Here are
// the ways in which it could act on them, or make what comes later in the block
// succeed or fail as it likes. See IPlain.

// A change is a call that changes something.
type change struct {
	to   common.Address
	call []byte
	// least is the gas that it needs at hand.
	least uint64
}

// changes are all calls of Node and Task that are open to everybody. Whether
// their arguments make sense does not matter: who calls is looked at first.
func changes(t *testing.T, c *contractstest.Chain) map[string]change {
	t.Helper()
	who, id, key := contractstest.Address(c.Owner), common.Big1, common.Hash{1}
	var statement contracts.Statement
	statement.Opening.Kind = uint8(protocol.KindCannotRun)
	join := contractstest.SmallClass().JoinRequest(c.Owner)
	node := map[string][]byte{
		"join": c.Node.PackJoin(join), "joinFor": c.Node.PackJoinFor(who, join, 1, nil, contractstest.NoPermit()),
		"pause": c.Node.PackPause(), "resume": c.Node.PackResume(), "quit": c.Node.PackQuit(), "announce": c.Node.PackAnnounce(1),
		"moveFor": c.Node.PackMoveFor(who, contractstest.MovePause, 0, 1, nil), "returnStake": c.Node.PackReturnStake(who),
	}
	task := map[string][]byte{
		"createTask": c.Task.PackCreateTask(contractstest.GPTRequest()), "dispatch": c.Task.PackDispatch(id), "cancel": c.Task.PackCancel(id),
		"settle":  c.Task.PackSettle(id, [3]contracts.Statement{statement, statement, statement}),
		"deposit": c.Task.PackDeposit(common.Big1), "depositWithPermit": c.Task.PackDepositWithPermit(common.Big1, common.Big1, 27, key, key),
		"withdraw": c.Task.PackWithdraw(who), "commit": c.Task.PackCommit(id, 0, key, nil), "reveal": c.Task.PackReveal(id, 0, statement),
		"close": c.Task.PackClose(id), "closeWithoutArguments": c.Task.PackCloseWithoutArguments(id, [3][]byte{}),
		"decline":               c.Task.PackDecline(id, 0, nil, key, common.Big1),
		"slashDoubleCommitment": c.Task.PackSlashDoubleCommitment(who, key, [2][32]byte{{1}, {2}}, [2][]byte{}),
		"slashRefusal":          c.Task.PackSlashRefusal(who, key, key, true, [2][]byte{}),
	}
	all := map[string]change{}
	for name, call := range node {
		all["Node."+name] = change{c.Deployment.Node, call, 500_000}
	}
	for name, call := range task {
		all["Task."+name] = change{c.Deployment.Task, call, 2_000_000}
	}

	// Rules and Task call these. They have tests of their own.
	others := []string{
		"Node.draw", "Node.redraw", "Node.settle", "Node.slash", "Node.setTaskContract", "Node.setParams", "Node.setClass", "Node.strikeClass",
		"Task.setParams", "Task.setRelay",
	}
	var there []string
	for contract, meta := range map[string]interface{ ParseABI() (*abi.ABI, error) }{"Node": &contracts.NodeMetaData, "Task": &contracts.TaskMetaData} {
		parsed, err := meta.ParseABI()
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range parsed.Methods {
			if name := contract + "." + method.Name; !method.IsConstant() && !slices.Contains(others, name) {
				there = append(there, name)
			}
		}
	}
	slices.Sort(there)
	if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, there) {
		t.Fatalf("the table has %v, the contracts %v", got, there)
	}
	return all
}

// constructor is the code of a contract that makes a call while it is made,
// when it has no code yet, and reverts with the answer.
func constructor(to common.Address, call []byte) []byte {
	code := binary.BigEndian.AppendUint16([]byte{0x61}, uint16(len(call))) // length
	code = append(code, common.FromHex("80602b5f395f5f825f5f73")...)       // the call's data to memory; no answer, no value
	code = append(code, to[:]...)
	code = append(code, common.FromHex("5af13d5f5f3e3d5ffd")...) // call, revert with the answer
	return append(code, call...)
}

func TestOnlyPlainAccountsChangeAnything(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	key := c.Key()
	me := contractstest.Address(key)
	delegated := c.Branch()
	delegated.Delegate(key, contractstest.Forwarder)
	for name, x := range changes(t, c) {
		made := func() error {
			_, reverted := c.Branch().EVM.TransactFrom(me, nil, constructor(x.to, x.call))
			return contracts.DecodeError(reverted)
		}
		send := func(c *contractstest.Chain, to common.Address, call []byte) error {
			_, err := c.Branch().Try(name, key, to, call)
			return err
		}
		for caller, err := range map[string]error{
			"a contract":                      send(c, contractstest.Forwarder, contractstest.Forward(x.to, x.call)),
			"a contract that is being made":   made(),
			"an account that runs code":       send(delegated, x.to, x.call),
			"the code that an account runs":   send(delegated, me, contractstest.Forward(x.to, x.call)),
			"that of another, for an account": sendTo(delegated.Branch(), c.Key(), me, contractstest.Forward(x.to, x.call)),
		} {
			if !refused(err, "OnlyPlainAccount") {
				t.Errorf("%s by %s: got %v, want OnlyPlainAccount", name, caller, err)
			}
		}
		if err := send(c, x.to, x.call); refused(err, "OnlyPlainAccount") {
			t.Errorf("%s by a plain account: %v", name, err)
		}
	}
}

func sendTo(c *contractstest.Chain, from *ecdsa.PrivateKey, to common.Address, call []byte) error {
	_, err := c.Try("call", from, to, call)
	return err
}

func TestEveryChangeNeedsGasAtHand(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	key := c.Key()
	for name, x := range changes(t, c) {
		_, err := c.Branch().TryWithGas(x.least, nil, key, x.to, x.call)
		var refusal *contracts.Refusal
		if !errors.As(err, &refusal) || refusal.Name != "TooLittleGas" || refusal.Args["least"].(*big.Int).Uint64() != x.least {
			t.Errorf("%s with %d gas for everything: got %v, want TooLittleGas", name, x.least, err)
		}
		// The transaction itself takes some, and each part of Task keeps a 64th.
		if _, err := c.Branch().TryWithGas(x.least+150_000, nil, key, x.to, x.call); refused(err, "TooLittleGas") {
			t.Errorf("%s with 150,000 gas more: %v", name, err)
		}
	}
}

// A step is one transaction of a block.
type step struct {
	what string
	from *ecdsa.PrivateKey
	to   common.Address
	call []byte
}

// block makes a block of steps on a branch of the chain, and tells for each what
// it did: the trio drawn, or why it was refused.
func block(c *contractstest.Chain, throw int, steps ...step) []string {
	c.TB.Helper()
	b := c.Branch()
	b.EVM.Randao = func(n uint64) common.Hash { return crypto.Keccak256Hash(fmt.Appendf(nil, "throw %d of %d", throw, n)) }
	told := make([]string, len(steps))
	logs := 0 // of the block so far, which are in every receipt
	for i, s := range steps {
		if i > 0 {
			b.SameBlock()
		}
		receipt, err := b.Try(s.what, s.from, s.to, s.call)
		if err == nil {
			logs, receipt.Logs = len(receipt.Logs), receipt.Logs[logs:]
		}
		var refusal *contracts.Refusal
		if errors.As(err, &refusal) {
			told[i] = refusal.Name
		} else if err != nil {
			c.TB.Fatal(err)
		} else if drawn := contractstest.Find[contracts.TaskTaskDrawn](b, receipt); drawn != nil {
			told[i] = fmt.Sprintf("drew %x of %x", drawn.Nodes, drawn.ClassId)
		} else {
			told[i] = "done"
		}
	}
	return told
}

// A join takes CNX by allowance, so that whoever has the CNX decides at the last
// moment whether it goes through. It is tried where one node more or less would
// decide most.
func TestAJoinDecidesNothingInItsBlock(t *testing.T) {
	small, large := contractstest.SmallClass(), contractstest.Class{Card: "Large", VRAMGB: 24, Runtime: "cpu/1"}
	create := func(c *contractstest.Chain, creator *ecdsa.PrivateKey, r contracts.TaskRequest) step {
		return step{"createTask", creator, c.Deployment.Task, c.Task.PackCreateTask(r)}
	}
	cheap := contractstest.GPTRequest()
	cheap.Fee = contractstest.CNX(2)
	move := func(c *contractstest.Chain, key *ecdsa.PrivateKey, call []byte) step {
		return step{"move", key, c.Deployment.Node, call}
	}
	for _, situation := range []struct {
		name   string
		params func(*contracts.Params)
		// build makes what there is before the block, and tells what comes after the join in it.
		build func(c *contractstest.Chain, creator *ecdsa.PrivateKey) []step
	}{
		{"nothing is scarce", nil, func(c *contractstest.Chain, creator *ecdsa.PrivateKey) []step {
			c.Join(12, small)
			return []step{create(c, creator, contractstest.GPTRequest()), create(c, creator, contractstest.GPTRequest())}
		}},
		{"the class is a node short of serving, and one comes back", func(p *contracts.Params) { p.MinClassNodes = 5 },
			func(c *contractstest.Chain, creator *ecdsa.PrivateKey) []step {
				c.Join(5, large)
				nodes := c.Join(4, small)
				c.Send("pause", nodes[0], c.Deployment.Node, c.Node.PackPause())
				return []step{move(c, nodes[0], c.Node.PackResume()), create(c, creator, contractstest.GPTRequest())}
			}},
		{"the class has as many as it must have, and one leaves", func(p *contracts.Params) { p.MinClassNodes = 5 },
			func(c *contractstest.Chain, creator *ecdsa.PrivateKey) []step {
				c.Join(5, large)
				nodes := c.Join(5, small)
				return []step{move(c, nodes[0], c.Node.PackQuit()), create(c, creator, contractstest.GPTRequest())}
			}},
		{"a tenth of the class is free", func(p *contracts.Params) { p.DrawCandidates = 3 },
			func(c *contractstest.Chain, creator *ecdsa.PrivateKey) []step {
				c.Join(3, large)
				nodes := c.Join(39, small)
				for _, key := range nodes[4:] {
					c.Send("pause", key, c.Deployment.Node, c.Node.PackPause())
				}
				return []step{move(c, nodes[0], c.Node.PackPause()), create(c, creator, contractstest.GPTRequest())}
			}},
		{"the queue is full", func(p *contracts.Params) { p.QueuePer100Nodes = 1_000 },
			func(c *contractstest.Chain, creator *ecdsa.PrivateKey) []step {
				nodes := c.Join(5, small)
				c.Create(creator, contractstest.GPTRequest(), nodes)
				for range 50 {
					c.Create(creator, contractstest.GPTRequest(), nodes)
				}
				return []step{create(c, creator, cheap), create(c, creator, contractstest.GPTRequest())}
			}},
		{"images need a third node", func(p *contracts.Params) { p.StableDiffusion.Served = true },
			func(c *contractstest.Chain, creator *ecdsa.PrivateKey) []step {
				c.Join(2, small)
				return []step{create(c, creator, contractstest.SDRequest(1))}
			}},
	} {
		t.Run(situation.name, func(t *testing.T) {
			c := contractstest.NewEVM(t, situation.params)
			c.Register(small)
			creator, newcomer := c.Account(), c.Account()
			steps := situation.build(c, creator)
			join := step{"join", newcomer, c.Deployment.Node, c.Node.PackJoin(small.JoinRequest(newcomer))}
			// What a newcomer does in that block decides nothing either.
			quit := move(c, newcomer, c.Node.PackQuit())
			for throw := range 40 {
				want := block(c, throw, steps...)
				if got := block(c, throw, append([]step{join}, steps...)...); got[0] != "done" || !slices.Equal(got[1:], want) {
					t.Fatalf("throw %d: after a join, %q, the block goes %q, without it %q", throw, got[0], got[1:], want)
				}
				if got := block(c, throw, append([]step{join, quit}, steps...)...); got[1] != "done" || !slices.Equal(got[2:], want) {
					t.Fatalf("throw %d: after a join that is taken back, %q, the block goes %q, without it %q", throw, got[:2], got[2:], want)
				}
			}
		})
	}
}

func TestANodeIsDrawnFromTheBlockAfterItsJoinOn(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	c.Register(contractstest.SmallClass())
	key, sponsor := c.Account(), c.Key()
	node := contractstest.Address(key)
	join := step{"join", key, c.Deployment.Node, c.Node.PackJoin(contractstest.SmallClass().JoinRequest(key))}
	deadline := c.Now() + 1_000
	signed := c.SignMove(key, contractstest.MoveResume, 0, 1, deadline)
	for name, resume := range map[string]step{
		"itself":     {"resume", key, c.Deployment.Node, c.Node.PackResume()},
		"by another": {"moveFor", sponsor, c.Deployment.Node, c.Node.PackMoveFor(node, contractstest.MoveResume, 0, deadline, signed)},
	} {
		if got := block(c, 0, join, resume); !slices.Equal(got, []string{"done", "ResumeTooEarly"}) {
			t.Errorf("%s, in the block of the join: %v", name, got)
		}
		b := c.Branch()
		b.Send(join.what, join.from, join.to, join.call)
		b.Send(resume.what, resume.from, resume.to, resume.call)
		if got := statusOf(b, key); got != protocol.NodeAvailable {
			t.Errorf("%s, in the next block: it is %s, want it available", name, got)
		}
	}
}

// TestADepositIsSpentInALaterBlock, and leaves what was there before as it was.
func TestADepositIsSpentInALaterBlock(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	c.Join(12, contractstest.SmallClass())
	fee := contractstest.GPTRequest().Fee
	create := c.Task.PackCreateTask(contractstest.GPTRequest())
	for _, row := range []struct {
		// before is how many fees were there already, then what is done in the block: d deposits a fee, c creates a task.
		before int
		does   string
		want   []string
	}{
		{0, "c", []string{"TooLittleCredit"}},
		{0, "dc", []string{"done", "TooLittleCredit"}},
		{0, "ddcc", []string{"done", "done", "TooLittleCredit", "TooLittleCredit"}},
		{1, "dc", []string{"done", "drew"}},
		{1, "dcc", []string{"done", "drew", "TooLittleCredit"}},
		{1, "cdc", []string{"drew", "done", "TooLittleCredit"}},
		{2, "dcdcdc", []string{"done", "drew", "done", "drew", "done", "TooLittleCredit"}},
		{1, "dwc", []string{"done", "done", "TooLittleCredit"}},
		{1, "dwdc", []string{"done", "done", "done", "TooLittleCredit"}},
	} {
		b := c.Branch()
		key := b.Key()
		me := contractstest.Address(key)
		b.Fund(key, contractstest.CNX(1_000))
		for range row.before {
			b.Deposit(key, fee)
		}
		calls := map[rune]step{
			'd': {"deposit", key, b.Deployment.Task, b.Task.PackDeposit(fee)},
			'c': {"createTask", key, b.Deployment.Task, create},
			'w': {"withdraw", key, b.Deployment.Task, b.Task.PackWithdraw(me)},
		}
		var steps []step
		for _, what := range row.does {
			steps = append(steps, calls[what])
		}
		got := block(b, 0, steps...)
		for i := range got {
			got[i] = got[i][:min(len(got[i]), max(len(row.want[i]), 4))]
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%d fees before, then %s: got %v, want %v", row.before, row.does, got, row.want)
		}
	}

	key := c.Key()
	c.Fund(key, fee)
	receipt := c.Send("deposit", key, c.Deployment.Task, c.Task.PackDeposit(fee))
	if e := contractstest.Find[contracts.TaskDeposited](c, receipt); e == nil || e.Account != contractstest.Address(key) || e.Amount.Cmp(fee) != 0 {
		t.Errorf("the event tells %+v, want %s", e, fee)
	}
	wantAmount(t, "credit", c.Credit(contractstest.Address(key)), fee)
	wantAmount(t, "balance", c.Balance(contractstest.Address(key)), new(big.Int))
	created := contractstest.Find[contracts.TaskTaskCreated](c, c.Send("createTask", key, c.Deployment.Task, create))
	c.CheckBooks(&contractstest.Court{ID: created.TaskId})
}

// earner is an account with credit that it earned: 1 CNX, for ending two tasks.
func earner(t *testing.T, c *contractstest.Chain) *ecdsa.PrivateKey {
	t.Helper()
	key, creator := c.Key(), c.Account()
	nodes := c.Join(3, contractstest.SmallClass())
	for c.Credit(contractstest.Address(key)).Cmp(c.Params.MinFee) < 0 {
		task := c.Create(creator, contractstest.GPTRequest(), nodes)
		for seat := range 3 {
			task.Hold(seat, contractstest.Result("A"))
		}
		c.Send("settle", key, c.Deployment.Task, c.Task.PackSettle(task.ID, task.Statements(c.Relay)))
	}
	c.Fund(key, contractstest.CNX(100))
	return key
}

func TestOnlyItsOwnerTakesOutWhatIsThereToBeSpent(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	owner, stranger := earner(t, c), c.Key()
	me := contractstest.Address(owner)
	withdraw := c.Task.PackWithdraw(me)
	try := func(c *contractstest.Chain, key *ecdsa.PrivateKey) (*big.Int, error) {
		before := c.Balance(me)
		_, err := c.Try("withdraw", key, c.Deployment.Task, withdraw)
		return before.Sub(c.Balance(me), before), err
	}
	credit := c.Credit(me)
	for name, key := range map[string]*ecdsa.PrivateKey{"it": owner, "a stranger": stranger} {
		got, err := try(c.Branch(), key)
		if err != nil || got.Cmp(credit) != 0 {
			t.Errorf("%s took out %s of earned credit, %v; want %s", name, got, err, credit)
		}
	}
	deposited := c.Branch()
	deposited.Deposit(owner, contractstest.CNX(7))

	// In the block of the first deposit nothing is known of it.
	first := deposited.Branch()
	first.SameBlock()
	if got, err := try(first, stranger); err != nil || got.Cmp(credit) != 0 {
		t.Errorf("in the block of the deposit a stranger took out %s, %v; want what was earned, %s", got, err, credit)
	}
	wantAmount(t, "credit that the stranger left", first.Credit(me), contractstest.CNX(7))
	_, err := try(first, stranger)
	wantRefused(t, err, "OnlyItsOwner")
	first.CheckBooks()

	all := new(big.Int).Add(credit, contractstest.CNX(7))
	same := deposited.Branch()
	same.SameBlock()
	for name, b := range map[string]*contractstest.Chain{"in the block of the deposit": same, "later": deposited} {
		if name == "later" {
			_, err := try(b, stranger)
			wantRefused(t, err, "OnlyItsOwner")
		}
		if got, err := try(b, owner); err != nil || got.Cmp(all) != 0 {
			t.Errorf("%s its owner took out %s, %v; want %s", name, got, err, all)
		}
		_, err := try(b, stranger) // there is nothing, and it stays its owner's
		wantRefused(t, err, "OnlyItsOwner")
		b.CheckBooks()
	}
	deposited.Deposit(owner, new(big.Int)) // once more, in a block of which the first is not
	deposited.SameBlock()
	_, err = try(deposited, stranger)
	wantRefused(t, err, "OnlyItsOwner")
}

// A deposit takes CNX by allowance. If it decided who may withdraw in its block,
// whoever has the CNX would decide whether credit is there for a task.
func TestADepositDecidesNothingInItsBlock(t *testing.T) {
	for _, before := range []int64{0, 1} {
		c := contractstest.NewEVM(t, nil)
		creator, stranger := earner(t, c), c.Key()
		if before != 0 {
			c.Deposit(creator, contractstest.CNX(before))
		}
		request := contractstest.GPTRequest()
		request.Fee = c.Params.MinFee
		deposit := step{"deposit", creator, c.Deployment.Task, c.Task.PackDeposit(contractstest.CNX(50))}
		steps := []step{
			{"withdraw", stranger, c.Deployment.Task, c.Task.PackWithdraw(contractstest.Address(creator))},
			{"createTask", creator, c.Deployment.Task, c.Task.PackCreateTask(request)},
		}
		want := block(c, 0, steps...)
		if got := block(c, 0, append([]step{deposit}, steps...)...); got[0] != "done" || !slices.Equal(got[1:], want) {
			t.Errorf("%d CNX deposited before: after a deposit, %q, the block goes %q, without it %q", before, got[0], got[1:], want)
		}
	}
}

func TestADepositByPermit(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	key, stranger := c.Key(), c.Key()
	me := contractstest.Address(key)
	amount := contractstest.CNX(30)
	c.Send("transfer", c.Owner, c.Deployment.Token, c.Token.PackTransfer(me, amount))
	permit := func(signer *ecdsa.PrivateKey, spender common.Address, value *big.Int, nonce, deadline uint64) contracts.StakePermit {
		wei, err := protocol.WeiOf(value)
		if err != nil {
			t.Fatal(err)
		}
		p := protocol.Permit{Owner: contractstest.Address(signer), Spender: spender, Value: wei, Nonce: nonce, Deadline: deadline}
		return contracts.PermitOf(p, c.Sign(p, signer))
	}
	later, task := c.Now()+1_000, c.Deployment.Task
	good := permit(key, task, amount, 0, later)
	use := func(p contracts.StakePermit) []byte {
		return c.Token.PackPermit(me, task, p.Value, p.Deadline, p.V, p.R, p.S)
	}
	deposit := func(c *contractstest.Chain, p contracts.StakePermit) error {
		_, err := c.Try("depositWithPermit", key, task, c.Task.PackDepositWithPermit(amount, p.Deadline, p.V, p.R, p.S))
		return err
	}
	used, late := c.Branch(), c.Branch()
	used.Send("permit", stranger, c.Deployment.Token, use(good))
	at(late, later+1)
	for _, row := range []struct {
		name   string
		c      *contractstest.Chain
		permit contracts.StakePermit
		err    string
	}{
		{"as it should be", c.Branch(), good, ""},
		{"used by somebody before", used, good, ""},
		{"expired", late, good, "ERC20InsufficientAllowance"},
		{"for less", c.Branch(), permit(key, task, contractstest.CNX(29), 0, later), "ERC20InsufficientAllowance"},
		{"for Node", c.Branch(), permit(key, c.Deployment.Node, amount, 0, later), "ERC20InsufficientAllowance"},
		{"with another nonce", c.Branch(), permit(key, task, amount, 1, later), "ERC20InsufficientAllowance"},
		{"by a stranger", c.Branch(), permit(stranger, task, amount, 0, later), "ERC20InsufficientAllowance"},
	} {
		err := deposit(row.c, row.permit)
		want := new(big.Int)
		if row.err != "" {
			if !refused(err, row.err) {
				t.Errorf("%s: got %v, want %s", row.name, err, row.err)
			}
		} else if want = amount; err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
		wantAmount(t, "credit by a permit "+row.name, row.c.Credit(me), want)
		row.c.CheckBooks()
	}
	_, err := c.Try("depositWithPermit", stranger, task, c.Task.PackDepositWithPermit(amount, good.Deadline, good.V, good.R, good.S))
	wantRefused(t, err, "ERC20InsufficientAllowance") // another's permit gives nothing
}

// What others do in a block gives a task no other roll, as long as it leaves the
// nodes as they are. Here they queue tasks, which count.
func TestATaskRollsItsOwnDice(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	c.Join(12, contractstest.SmallClass())
	for _, key := range c.Join(3, contractstest.Class{Card: "Large", VRAMGB: 24, Runtime: "cpu/1"}) {
		c.Send("pause", key, c.Deployment.Node, c.Node.PackPause())
	}
	creator, other := c.Account(), c.Account()
	create := func(key *ecdsa.PrivateKey, minGB uint16) step {
		request := contractstest.GPTRequest()
		request.MinVramGB = minGB
		return step{"createTask", key, c.Deployment.Task, c.Task.PackCreateTask(request)}
	}
	for throw := range 20 {
		want := block(c, throw, create(creator, 4))[0]
		got := block(c, throw, create(other, 24), create(other, 24), create(creator, 4))
		if !slices.Equal(got, []string{"done", "done", want}) {
			t.Errorf("throw %d: alone it %s, after others the block goes %q", throw, want, got)
		}
	}
}
