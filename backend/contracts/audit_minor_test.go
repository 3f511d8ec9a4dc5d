package contracts_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// What an audit of the contracts found, continued: the lesser ones.

// The honest nodes of the task hold the commitment, and have opened theirs, when
// the node that is alone with its result leaves.
func TestAudit6_WhoHasSignedACommitmentDoesNotDecline(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	nodes, creator := c.Join(6, contractstest.SmallClass()), c.Account()
	request := contractstest.GPTRequest()
	request.ModelKey = protocol.ModelKey("model")
	task := c.Create(creator, request, nodes)
	key, liar := task.Drawn.TaskKey, task.Keys[0]
	lie := task.Commitment(0, contractstest.Result("B"))
	commitment := c.Sign(protocol.Commitment{TaskKey: key, Commitment: lie}, liar)
	decline := c.Sign(protocol.Decline{TaskKey: key}, liar)
	if err := tryDecline(task, 0); err != nil {
		t.Fatal(err)
	}
	c.Send("slash", c.Key(), c.Deployment.Task,
		c.Task.PackSlashRefusal(contractstest.Address(liar), key, lie, true, [2][]byte{commitment, decline}))
	if got := c.NodeInfo(contractstest.Address(liar)); got.Stake.Sign() != 0 || protocol.NodeStatus(got.Status) != protocol.NodeQuit {
		t.Errorf("a node that signed a commitment and declined is %+v, want it slashed", got)
	}
	wantAmount(t, "pool", c.Pool(), c.Params.Stake)
}

// It had the arguments, so it has no share; the others don't know whether it lies.
func TestAudit7_ANodeThatCommittedIsFreeAndUnpaidWhenTheOthersComplain(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	task.Commit(0, contractstest.Result("A"))
	task.AdvanceTo(task.Drawn.ArgumentsBy)
	var signatures [3][]byte
	for seat := range 3 {
		signatures[seat] = c.Sign(protocol.NoArguments{TaskKey: task.Drawn.TaskKey}, task.Keys[seat])
	}
	c.Send("complain", creator, c.Deployment.Task, c.Task.PackCloseWithoutArguments(task.ID, signatures))
	if got := statusOf(c, task.Keys[0]); got != protocol.NodeAvailable {
		t.Errorf("the node that committed is %s, want it available", got)
	}
	wantAmount(t, "its pay", earned(c, contractstest.Address(task.Keys[0])), new(big.Int))
	wantAmount(t, "its share, in the pool", c.Pool(), part(contractstest.CNX(50), 30, 3*40))
}

func TestAudit8_AMemoryStepThatDoesNotExistHasNoQueue(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	nodes, creator := c.Join(3, contractstest.SmallClass()), c.Account()
	c.Create(creator, contractstest.GPTRequest(), nodes)
	c.Create(creator, contractstest.GPTRequest(), nodes)
	const textOfFourGB = 16 + 2
	call := c.Task.PackQueued(uint8(protocol.StableDiffusion), textOfFourGB, big.NewInt(10))
	if got := contractstest.View(c, c.Deployment.Task, call, c.Task.UnpackQueued); len(got) != 0 {
		t.Errorf("%d image tasks wait for memory step %d, want none", len(got), textOfFourGB)
	}
}

// A known limit, of the rules: the overhead part goes to those who open, also to
// one alone, who earns more than the first of three that agree. Whoever wants
// that must keep two others silent.
func TestLimit9_WhoOpensAloneEarnsTheWholeOverheadPart(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	task.Commit(0, contractstest.Result("anything"))
	task.AdvanceTo(task.Drawn.CommitBy + 61)
	if _, err := task.Bring(0, task.Opening(0), task.Keys[0], c.Key(), c.Relay); err != nil {
		t.Fatal(err)
	}
	if got := earned(c, contractstest.Address(task.Keys[0])); got.Cmp(contractstest.CNX(20)) <= 0 {
		t.Errorf("who opened alone earned %s: ITask and the README say that it is more than 20 CNX", got)
	}
}

func TestAudit10_ASignedJoinIsWorthNothingOnceTheNodeHasJoinedItself(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	class := contractstest.SmallClass()
	c.Register(class)
	node, stranger := c.Account(), c.Key()
	request := class.JoinRequest(node)
	deadline := c.Now() + 3600
	signature := c.SignJoin(node, request, 0, deadline)
	c.JoinAs(node, class)
	c.Send("quit", node, c.Deployment.Node, c.Node.PackQuit())
	call := c.Node.PackJoinFor(contractstest.Address(node), request, deadline, signature, contractstest.NoPermit())
	if _, err := c.Try("joinFor", stranger, c.Deployment.Node, call); err == nil {
		t.Error("a stranger joined a node that had joined and left by itself since it signed")
	}
}

// A known limit: nodes that pause count for the tenth of a class that must be
// free, so that a class of sleepers serves slowly.
func TestLimit11_PausedNodesSlowTheOthersDown(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	class := contractstest.SmallClass()
	awake := c.Join(8, class)
	asleep := c.JoinMany(92, class)
	for _, node := range asleep {
		c.SendFrom("pause", node, c.Deployment.Node, c.Node.PackPause())
	}
	p := c.Params
	p.DrawCandidates, p.DrawSeconds = 3, 10
	c.Enact(c.Rules.PackSetParams(p))
	creator := c.Account()
	c.Advance(time.Minute)
	served := 0
	for range 2 {
		if c.Create(creator, contractstest.GPTRequest(), awake).Drawn != nil {
			served++
		}
	}
	if served != 1 {
		t.Errorf("%d of two tasks were drawn at once from eight free nodes of a hundred: INode says that one is", served)
	}
}

// What a node proved once is proved for ever: its address must not stake again.
func TestADoubleCommitmentCountsAgainstEveryLaterStake(t *testing.T) {
	c, nodes, _ := network(t, nil)
	liar := nodes[0]
	key, commitments := common.Hash{1}, [2][32]byte{{1}, {2}}
	var signatures [2][]byte
	for i, commitment := range commitments {
		signatures[i] = c.Sign(protocol.Commitment{TaskKey: key, Commitment: commitment}, liar)
	}
	call := c.Task.PackSlashDoubleCommitment(contractstest.Address(liar), key, commitments, signatures)
	for n := int64(1); n <= 2; n++ {
		c.Send("slash", c.Key(), c.Deployment.Task, call)
		wantAmount(t, "pool", c.Pool(), new(big.Int).Mul(c.Params.Stake, big.NewInt(n)))
		c.JoinAs(liar, contractstest.SmallClass())
	}
}
