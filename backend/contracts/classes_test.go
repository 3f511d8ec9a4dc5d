package contracts_test

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// otherID is the class of nodes of a memory step that the registry doesn't know.
func otherID(stepGB uint16) common.Hash { return protocol.GPUClass{Card: "other", VRAMGB: stepGB}.ID() }

// joinWith joins a new account with a request that change alters, and has it
// resume. The events are the join's.
func (th *theatre) joinWith(class contractstest.Class, change func(*contracts.JoinRequest)) (*ecdsa.PrivateKey, []any) {
	th.TB.Helper()
	key := th.Account()
	request := class.JoinRequest(key)
	if change != nil {
		change(&request)
	}
	joined := th.Send("join", key, th.Deployment.Node, th.Node.PackJoin(request))
	th.Resume(key)
	return key, th.Logs(joined)
}

func (th *theatre) classOf(key *ecdsa.PrivateKey) common.Hash {
	th.TB.Helper()
	return th.NodeInfo(contractstest.Address(key)).ClassId
}

func TestWhatTheRegistryDoesNotKnowJoinsTheOthersOfItsMemory(t *testing.T) {
	th := newTheatre(t, nil)
	small := contractstest.SmallClass()
	for name, c := range map[string]struct {
		class contractstest.Class
		print byte
		want  common.Hash
	}{
		"the class and its fingerprint": {small, 0, small.ID()},
		"another fingerprint":           {small, 1, otherID(8)},
		"another card":                  {contractstest.Class{Card: "Unknown", VRAMGB: 8, Runtime: small.Runtime}, 0, otherID(8)},
		"another engine":                {contractstest.Class{Card: small.Card, VRAMGB: 8, Runtime: "cpu-test/2"}, 0, otherID(8)},
		"other memory of that step":     {contractstest.Class{Card: small.Card, VRAMGB: 9, Runtime: small.Runtime}, 0, otherID(8)},
		"other memory":                  {contractstest.Class{Card: small.Card, VRAMGB: 6, Runtime: small.Runtime}, 0, otherID(6)},
		"called other":                  {contractstest.Class{Card: "other", VRAMGB: 8, Runtime: "x"}, 0, otherID(8)},
	} {
		t.Run(name, func(t *testing.T) {
			th := th.branch(t)
			key, events := th.joinWith(c.class, func(r *contracts.JoinRequest) { r.Fingerprint[0] ^= c.print })
			if got := th.classOf(key); got != c.want {
				t.Errorf("it joined %x, want %x", got, c.want)
			}
			for _, event := range events {
				if e, ok := event.(*contracts.NodeNodeJoined); ok && e.ClassId != c.want {
					t.Errorf("the event tells %x, want %x", e.ClassId, c.want)
				}
			}
		})
	}
	th.joinWith(contractstest.Class{Card: "Unknown", VRAMGB: 100, Runtime: "x"}, nil)
	info := th.class(otherID(80))
	if want := (contracts.ClassInfo{Card: "other", VramGB: 80, Joined: 1, Available: 1}); info != want {
		t.Errorf("the class of others is %+v, want %+v", info, want)
	}
}

func TestMemoryCountsInSteps(t *testing.T) {
	steps := []uint16{1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 80, 128}
	th := newTheatre(t, nil)
	for _, gb := range []uint16{1, 2, 3, 4, 5, 7, 8, 9, 11, 15, 16, 23, 24, 31, 47, 63, 79, 80, 127, 128, 129, 1000, 65535} {
		step := 0
		for i, least := range steps {
			if least <= gb {
				step = i
			}
		}
		branch := th.branch(t)
		key, _ := branch.joinWith(contractstest.Class{Card: "Unknown", VRAMGB: gb, Runtime: "x"}, nil)
		if got := branch.classOf(key); got != otherID(steps[step]) {
			t.Errorf("a card of %d GB is not among the others of %d GB", gb, steps[step])
		}
		counts := contractstest.View(branch.Chain, branch.Deployment.Node, branch.Node.PackSteps(), branch.Node.UnpackSteps)
		var want [15]uint32
		want[4] = 3 // the theatre's nodes
		gpt := want
		want[step]++
		if counts.Joined != want || counts.Free != want || counts.JoinedGPT != gpt || counts.FreeGPT != gpt {
			t.Errorf("with a card of %d GB counts are %+v, want %v and %v", gb, counts, want, gpt)
		}
	}
}

// TestOthersTakeImagesOnly: text needs bits that are known to be equal.
func TestOthersTakeImagesOnly(t *testing.T) {
	c := contractstest.NewEVM(t, func(p *contracts.Params) { p.StableDiffusion.Served = true })
	th := &theatre{Chain: c, creator: c.Account(), courier: c.Key()}
	unknown := contractstest.Class{Card: "Unknown", VRAMGB: 8, Runtime: "x"}
	for range 4 {
		key, _ := th.joinWith(unknown, nil)
		th.nodes = append(th.nodes, key)
	}
	_, err := th.Try("createTask", th.creator, th.Deployment.Task, th.Task.PackCreateTask(contractstest.GPTRequest()))
	wantRefused(t, err, "NoClassFits")
	p := th.begin(contractstest.SDRequest(1))
	if p.task.Drawn == nil || p.task.Drawn.ClassId != [32]byte{} {
		t.Fatalf("got %+v, want a draw from any class", p.task.Drawn)
	}
	s := imageStory(hashes(1), hashes(1), hashes(1))
	p.fast(s)
	p.compare(s.judge(p.bill))
}

func TestAClassTakesTextWhenEnoughNodesHaveJoined(t *testing.T) {
	c := contractstest.NewEVM(t, func(p *contracts.Params) { p.MinClassNodes = 5 })
	th := &theatre{Chain: c, creator: c.Account(), courier: c.Key()}
	create := func() error {
		_, err := th.branch(t).Try("createTask", th.creator, th.Deployment.Task, th.Task.PackCreateTask(contractstest.GPTRequest()))
		return err
	}
	th.nodes = th.Join(4, contractstest.SmallClass())
	wantRefused(t, create(), "NoClassFits")
	th.nodes = append(th.nodes, th.Join(1, contractstest.SmallClass())...)
	if err := create(); err != nil {
		t.Errorf("with five nodes: %v", err)
	}
	for _, key := range th.nodes[:2] {
		th.Send("pause", key, th.Deployment.Node, th.Node.PackPause()) // joined all the same
	}
	if err := create(); err != nil {
		t.Errorf("with five nodes, three of them free: %v", err)
	}
	th.quit(th.nodes[0])
	wantRefused(t, create(), "NoClassFits")
}

func setClass(th *theatre, class contractstest.Class, print common.Hash) error {
	th.TB.Helper()
	return contracts.Enact(th.TB.Context(), th.Reader(), contractstest.Sender{Chain: th.Chain, Key: th.Owner}, th.Deployment,
		[][]byte{th.Rules.PackSetClass(class.Card, class.VRAMGB, class.Runtime, print)})
}

func wantInvalidClass(t *testing.T, err error, field string) {
	t.Helper()
	var refusal *contracts.Refusal
	if !errors.As(err, &refusal) || refusal.Name != "InvalidClass" || refusal.Args["field"] != field {
		t.Errorf("got %v, want InvalidClass of %s", err, field)
	}
}

func TestAFingerprintChangesOnlyWhileNobodyIsInTheClass(t *testing.T) {
	th := newTheatre(t, nil)
	small, fresh := contractstest.SmallClass(), crypto.Keccak256Hash([]byte("new"))
	old := common.Hash(th.class(small.ID()).Fingerprint)
	wantInvalidClass(t, setClass(th, small, fresh), "fingerprint")
	for _, key := range th.nodes[1:] {
		th.quit(key)
	}
	th.Send("pause", th.nodes[0], th.Deployment.Node, th.Node.PackPause())
	wantInvalidClass(t, setClass(th, small, fresh), "fingerprint")
	newcomer := th.Account()
	th.Send("join", newcomer, th.Deployment.Node, th.Node.PackJoin(small.JoinRequest(newcomer)))
	th.quit(th.nodes[0])
	wantInvalidClass(t, setClass(th, small, fresh), "fingerprint") // which the newcomer gave too
	th.quit(newcomer)
	if err := setClass(th, small, fresh); err != nil {
		t.Fatal(err)
	}
	if info := th.class(small.ID()); info.Fingerprint != fresh || !info.Gpt {
		t.Errorf("the class is %+v, want the new fingerprint", info)
	}
	key, _ := th.joinWith(small, func(r *contracts.JoinRequest) { r.Fingerprint = old })
	if got := th.classOf(key); got != otherID(8) {
		t.Errorf("with the old fingerprint it joined %x, want the others", got)
	}
	key, _ = th.joinWith(small, func(r *contracts.JoinRequest) { r.Fingerprint = fresh })
	if got := th.classOf(key); got != small.ID() {
		t.Errorf("with the new fingerprint it joined %x, want the class", got)
	}
}

func TestAStruckClassTakesNoTextAndNobodyJoinsIt(t *testing.T) {
	th := imagesTheatre(t)
	small := contractstest.SmallClass()
	print := common.Hash(th.class(small.ID()).Fingerprint)
	running := th.begin(contractstest.GPTRequest())
	th.Enact(th.Rules.PackStrikeClass(small.ID()))
	if info := th.class(small.ID()); info.Gpt || info.Joined != 3 {
		t.Errorf("the class is %+v, want its three nodes in it, not taking text", info)
	}
	running.fast(storyOf(cellOf("AAB"))) // a task that runs goes on
	running.compare(storyOf(cellOf("AAB")).judge(running.bill))
	for _, key := range running.task.Keys {
		if statusOf(th.Chain, key) == protocol.NodeQuit {
			th.nodes[slices.Index(th.nodes, key)], _ = th.joinWith(small, nil)
		}
	}
	newcomer := th.nodes[slices.IndexFunc(th.nodes, func(k *ecdsa.PrivateKey) bool { return th.classOf(k) != small.ID() })]
	if got := th.classOf(newcomer); got != otherID(8) {
		t.Errorf("a newcomer joined %x, want the others", got)
	}

	_, err := th.Try("createTask", th.creator, th.Deployment.Task, th.Task.PackCreateTask(contractstest.GPTRequest()))
	wantRefused(t, err, "NoClassFits")
	if images := th.branch(t).begin(contractstest.SDRequest(1)); images.task.Drawn == nil {
		t.Error("a task of images was not drawn from the nodes of the struck class")
	}
	th.Join(1, small) // to the others: the class is three nodes short of what it takes
	if err := setClass(th, small, print); err != nil {
		t.Fatal(err)
	}
	th.nodes = append(th.nodes, th.Join(1, small)...)
	if again := th.begin(contractstest.GPTRequest()); again.task.Drawn == nil || again.task.Drawn.ClassId != small.ID() {
		t.Errorf("got %+v, want the class to take text again", again.task.Drawn)
	}
}

func TestRegisteringAClassIsRefused(t *testing.T) {
	th := newTheatre(t, nil)
	long := strings.Repeat("x", 129)
	for field, class := range map[string]contractstest.Class{
		"card": {Card: "", VRAMGB: 8, Runtime: "x"}, "runtime": {Card: "x", VRAMGB: 8}, "vramGB": {Card: "x", Runtime: "x"},
	} {
		wantInvalidClass(t, setClass(th, class, common.Hash{1}), field)
	}
	wantInvalidClass(t, setClass(th, contractstest.Class{Card: long, VRAMGB: 8, Runtime: "x"}, common.Hash{1}), "card")
	wantInvalidClass(t, setClass(th, contractstest.Class{Card: "x", VRAMGB: 8, Runtime: long}, common.Hash{1}), "runtime")
	err := contracts.Enact(t.Context(), th.Reader(), contractstest.Sender{Chain: th.Chain, Key: th.Owner}, th.Deployment, [][]byte{th.Rules.PackStrikeClass(common.Hash{1})})
	wantInvalidClass(t, err, "classId")
	for _, who := range []*ecdsa.PrivateKey{th.Owner, th.creator} { // not even who deployed it
		_, err := th.Try("setClass", who, th.Deployment.Rules, th.Rules.PackSetClass("Card", 8, "x", common.Hash{1}))
		wantRefused(t, err, "OwnableUnauthorizedAccount")
	}
}

func TestClassesAreListedInTheOrderInWhichTheyCame(t *testing.T) {
	th := newTheatre(t, nil)
	want := []common.Hash{contractstest.SmallClass().ID()}
	for i := range 4 {
		class := contractstest.Class{Card: fmt.Sprint("Card ", i), VRAMGB: uint16(4 * (i + 1)), Runtime: "x"}
		th.Register(class)
		want = append(want, class.ID())
	}
	th.joinWith(contractstest.Class{Card: "Unknown", VRAMGB: 2, Runtime: "x"}, nil)
	want = append(want, otherID(2))
	th.Enact(th.Rules.PackStrikeClass(want[1])) // struck, but on record
	for _, page := range [][2]int{{0, 100}, {0, 2}, {2, 2}, {4, 100}, {5, 1}, {6, 1}, {100, 100}} {
		call := th.Node.PackClasses(big.NewInt(int64(page[0])), big.NewInt(int64(page[1])))
		got := contractstest.View(th.Chain, th.Deployment.Node, call, th.Node.UnpackClasses)
		from := min(page[0], len(want))
		part := want[from:min(from+page[1], len(want))]
		if len(got) != len(part) {
			t.Fatalf("%d from %d: got %x, want %x", page[1], page[0], got, part)
		}
		for i := range part {
			if got[i] != part[i] {
				t.Errorf("%d from %d: got %x, want %x", page[1], page[0], got, part)
			}
		}
	}
}

// TestAMemoryStepHoldsAThousandClasses registers as many as there can be, and
// draws from them.
func TestAMemoryStepHoldsAThousandClasses(t *testing.T) {
	th := newTheatre(t, nil)
	var calls [][]byte
	for i := range 1022 { // one is the theatre's, one is for others
		calls = append(calls, th.Rules.PackSetClass(fmt.Sprint("Card ", i), 8, "x", common.Hash{1}))
	}
	for batch := range slices.Chunk(calls, 60) {
		th.Enact(batch...)
	}
	wantRefused(t, setClass(th, contractstest.Class{Card: "one more", VRAMGB: 9, Runtime: "x"}, common.Hash{1}), "TooManyClasses")
	if err := setClass(th, contractstest.Class{Card: "one more", VRAMGB: 10, Runtime: "x"}, common.Hash{1}); err != nil {
		t.Errorf("of another step: %v", err)
	}
	var last []*ecdsa.PrivateKey
	for range 3 {
		key, _ := th.joinWith(contractstest.Class{Card: "Card 1021", VRAMGB: 8, Runtime: "x"}, func(r *contracts.JoinRequest) { r.Fingerprint = common.Hash{1} })
		last = append(last, key)
	}
	for _, key := range th.nodes {
		th.quit(key)
	}
	th.nodes = last
	if p := th.begin(contractstest.GPTRequest()); p.task.Drawn == nil {
		t.Error("nothing was drawn from the last class")
	}
}

// TestTheNetworkTakesAHundredThousandNodes sets the count of nodes, since
// joining them all would take too long.
func TestTheNetworkTakesAHundredThousandNodes(t *testing.T) {
	th := newTheatre(t, nil)
	th.joinWith(contractstest.Class{Card: "Unknown", VRAMGB: 8, Runtime: "x"}, nil)
	th.Send("pause", th.nodes[0], th.Deployment.Node, th.Node.PackPause())
	// 4 have joined, 3 of them for text, 3 are free: only one word counts 4, 17 bits for each of the steps below 8 GB.
	const bits, step = 17, 4
	lane := new(big.Int).Lsh(big.NewInt(1<<bits-1), bits*step)
	count := func(word common.Hash) int64 { return new(big.Int).Rsh(word.Big(), bits*step).Int64() & (1<<bits - 1) }
	var slot common.Hash
	found := 0
	for i := range uint64(32) {
		if at := contractstest.Slot(i); count(th.EVM.Storage(th.Deployment.Node, at)) == 4 {
			slot = at
			found++
		}
	}
	if found != 1 {
		t.Fatalf("%d words count 4 nodes, want one", found)
	}
	set := func(n int64) {
		word := new(big.Int).AndNot(th.EVM.Storage(th.Deployment.Node, slot).Big(), lane)
		th.EVM.SetStorage(th.Deployment.Node, slot, common.BigToHash(word.Or(word, new(big.Int).Lsh(big.NewInt(n), bits*step))))
	}
	set(99_999)
	th.Join(1, contractstest.SmallClass())
	if counts := contractstest.View(th.Chain, th.Deployment.Node, th.Node.PackCounts(), th.Node.UnpackCounts); counts.Joined.Int64() != 100_000 {
		t.Fatalf("%s nodes have joined, want 100,000", counts.Joined)
	}
	late := th.Account()
	th.Send("join", late, th.Deployment.Node, th.Node.PackJoin(contractstest.SmallClass().JoinRequest(late)))
	_, err := th.Try("resume", late, th.Deployment.Node, th.Node.PackResume())
	wantRefused(t, err, "NetworkFull")
	th.quit(late) // with its stake, when it is no longer held
	th.CheckBooks()
}
