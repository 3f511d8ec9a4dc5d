package node

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/inference/task"
	"helium/inference/worker"
)

// join prepares everything that a stake hangs on, then stakes and joins.
func (n *Node) join(ctx context.Context, v view) error {
	info, err := n.prove(ctx)
	if err != nil {
		return err
	}
	n.say("Getting the stake")
	if v, err = n.fund(ctx, v); err != nil {
		return err
	}
	n.say("Staking and joining")
	e, err := n.joinErrand(ctx, v, Fingerprint(info))
	if err != nil {
		return err
	}
	return n.send(ctx, string(moveJoin), e)
}

// joinErrand is a join by the wallet itself, which approves the stake before, or
// one that is signed, with a permit for the stake, for a sponsor to bring.
func (n *Node) joinErrand(ctx context.Context, v view, fingerprint common.Hash) (errand, error) {
	at := n.cfg.Profile.Contracts
	node, token := contracts.NewNode(), contracts.NewToken()
	me, err := n.readSelf()
	if err != nil {
		return errand{}, err
	}
	request := contracts.JoinRequest{
		Card: n.cfg.Class.Card, VramGB: n.cfg.Class.VRAMGB, Runtime: n.cfg.Class.Runtime,
		Fingerprint: fingerprint, SealKey: n.sealKey.Public(), Payout: n.payoutFor(me, v), Models: uint64(n.modelSet()),
	}
	e := errand{
		Intent:   chain.Intent{To: at.Node, Data: node.PackJoin(request), GasLimit: contracts.NodeGas},
		rehearse: true, gas: approveGas + contracts.NodeGas,
	}
	allowed, err := askWei(ctx, n.cfg.Chain.Client(), at.Token, token.PackAllowance(n.me, at.Node), token.UnpackAllowance)
	if err != nil {
		return e, fmt.Errorf("read allowance: %w", err)
	}
	missing := v.missing()
	permitted := allowed.Cmp(missing) >= 0
	if !permitted {
		e.before = &chain.Intent{To: at.Token, Data: token.PackApprove(at.Node, missing.Big())}
	}
	e.sign = func(ctx context.Context) ([]byte, error) {
		deadline := n.cfg.Chain.Clock().Unix() + signedFor
		permit := contracts.NoPermit()
		if !permitted {
			if permit, err = n.permit(ctx, missing, deadline); err != nil {
				return nil, err
			}
		}
		signature, err := n.cfg.Wallet.SignMessage(n.domain, contracts.JoinMessage(n.me, request, v.nonce, deadline))
		if err != nil {
			return nil, err
		}
		return node.PackJoinFor(n.me, request, deadline, signature, permit), nil
	}
	return e, nil
}

// permit lets the Node contract take the stake, without a transaction.
func (n *Node) permit(ctx context.Context, value protocol.Wei, deadline uint64) (contracts.StakePermit, error) {
	at := n.cfg.Profile.Contracts
	token := contracts.NewToken()
	nonce, err := ask(ctx, n.cfg.Chain.Client(), at.Token, token.PackNonces(n.me), token.UnpackNonces)
	if err != nil {
		return contracts.StakePermit{}, fmt.Errorf("read permits: %w", err)
	}
	m := protocol.Permit{Owner: n.me, Spender: at.Node, Value: value, Nonce: nonce.Uint64(), Deadline: deadline}
	signature, err := n.cfg.Wallet.SignMessage(n.domain, m)
	if err != nil {
		return contracts.StakePermit{}, err
	}
	return contracts.PermitOf(m, signature), nil
}

// Fingerprint is keccak256 of what the engine's numeric probe gave: by it a
// network tells whether a node computes the same bits as the others of its class.
func Fingerprint(info worker.Info) common.Hash {
	if b, err := hex.DecodeString(info.Fingerprint); err == nil {
		return crypto.Keccak256Hash(b)
	}
	return crypto.Keccak256Hash([]byte(info.Fingerprint))
}

// prove shows that the engine runs here, that the network would give this computer
// tasks, and that it gives the same answer twice: the network's own comparison, on
// oneself, before anything is staked.
func (n *Node) prove(ctx context.Context) (worker.Info, error) {
	n.say("Starting the engine")
	info, err := n.cfg.Engine.Info(ctx)
	if err != nil {
		if ctx.Err() == nil {
			n.health.raise(ReasonEngine, protocol.Quote(err.Error()))
		}
		return info, fmt.Errorf("start engine: %w", err)
	}
	n.health.clear(ReasonEngine)
	if info.Runtime != n.cfg.Class.Runtime {
		n.health.raise(ReasonEngine, protocol.Say("engine_other", "The engine runs {runs}, the node was set up for {needs}.", info.Runtime, n.cfg.Class.Runtime))
		return info, fmt.Errorf("engine runs %s, not %s", info.Runtime, n.cfg.Class.Runtime)
	}
	if err := n.checkClass(ctx, info); err != nil {
		return info, err
	}
	tested := n.firstOfEach(n.cfg.Models.List())
	if len(tested) == 0 {
		n.health.raise(ReasonNoModel)
		return info, errors.New("no model to run")
	}
	n.health.clear(ReasonNoModel)
	for _, m := range tested {
		if err := n.selfTest(ctx, m); err != nil {
			if ctx.Err() == nil {
				n.health.raise(ReasonSelfTest, protocol.Quote(err.Error()))
			}
			return info, fmt.Errorf("self-test: %w", err)
		}
	}
	n.health.clear(ReasonSelfTest)
	return info, nil
}

// checkClass makes sure that the network would not put this node among unknown
// hardware, unless it makes images: unknown hardware is given no GPT tasks.
func (n *Node) checkClass(ctx context.Context, info worker.Info) error {
	node := contracts.NewNode()
	class, err := ask(ctx, n.cfg.Chain.Client(), n.cfg.Profile.Contracts.Node, node.PackClassInfo(n.cfg.Class.ID()), node.UnpackClassInfo)
	if err != nil {
		return fmt.Errorf("read class: %w", err)
	}
	known := class.Gpt && class.Fingerprint == Fingerprint(info)
	// The demo model is on every computer, and nobody pays for its pictures.
	ownImages := func(f models.File) bool { return f.Pin.ID != models.DemoImagesID && makesImages(f) }
	if !known && slices.ContainsFunc(n.cfg.Models.List(), ownImages) {
		n.health.clear(ReasonClassUnknown, ReasonEngineDiffers)
		n.log.Warn("the network gives this computer no text tasks, only those of images", "class", n.cfg.Class)
		return nil
	}
	switch {
	case !class.Gpt:
		n.health.clear(ReasonEngineDiffers)
		n.health.raise(ReasonClassUnknown, protocol.Say("class_unknown", "This computer is {class}, which the network gives no text tasks. Nothing is staked.", n.cfg.Class))
		return fmt.Errorf("the network gives class %s no text tasks", n.cfg.Class)
	case class.Fingerprint != Fingerprint(info):
		n.health.clear(ReasonClassUnknown)
		n.health.raise(ReasonEngineDiffers, protocol.Say("class_differs", "The network's probe gives something else here than on other computers with {class}. Its answers would differ, and cost the stake. Nothing is staked.", n.cfg.Class))
		return fmt.Errorf("the engine's probe is not the one of class %s", n.cfg.Class)
	}
	n.health.clear(ReasonClassUnknown, ReasonEngineDiffers)
	return nil
}

// selfTestTokens is enough for an error of the machine to show.
const selfTestTokens = 48

// firstOfEach are the first model that writes texts and the first that makes images,
// of those that there can be room for.
func (n *Node) firstOfEach(held []models.File) (tested []models.File) {
	for _, kind := range []func(models.File) bool{writesTexts, makesImages} {
		if at := slices.IndexFunc(held, func(f models.File) bool { return kind(f) && n.rooms.fits(f.Pin.ID) }); at >= 0 {
			tested = append(tested, held[at])
		}
	}
	return tested
}

func (n *Node) selfTest(ctx context.Context, m models.File) error {
	n.say("Testing the engine with " + m.Pin.ID)
	if makesImages(m) {
		return n.drawTwice(ctx, m)
	}
	return n.writeTwice(ctx, m)
}

// errTwoAnswers is what a computer with faulty memory may find of itself.
var errTwoAnswers = errors.New("the same task gave two different answers in two processes")

func (n *Node) writeTwice(ctx context.Context, m models.File) error {
	tokens, sample := selfTestTokens, true
	document, err := task.FromChat(m.Pin.ID,
		[]task.Message{{Role: task.RoleUser, Content: task.Text("What is a network, and how do three machines agree?")}},
		func(g *task.GPT) {
			g.Seed = 7
			g.GenerationConfig = &task.GenerationConfig{MaxNewTokens: &tokens, DoSample: &sample}
		})
	if err != nil {
		return err
	}
	files, err := filesOf(m.Pin, path.Base)
	if err != nil {
		return err
	}
	request := worker.GPTRequest{Task: document.Normalised(), Model: engineModel(m, files)}
	first, err := n.cfg.Engine.RunGPT(ctx, request, nil)
	if err != nil {
		return err
	}
	second, err := n.cfg.Engine.RunAnew(ctx, request, nil)
	if err != nil {
		return err
	}
	if !bytes.Equal(first.Response, second.Response) {
		return errTwoAnswers
	}
	return nil
}

// The self-test's image: two steps take a processor a minute with a large model.
const (
	selfTestSide  = 256
	selfTestSteps = 2
)

// drawTwice compares images as the contract does.
func (n *Node) drawTwice(ctx context.Context, m models.File) error {
	name, variant, _ := strings.Cut(m.Pin.ID, "@")
	base := map[string]any{"name": name}
	if variant != "" {
		base["variant"] = variant
	}
	document, err := json.Marshal(map[string]any{
		"base_model": base, "prompt": "three machines that agree",
		"task_config": map[string]any{
			"image_width": selfTestSide, "image_height": selfTestSide, "steps": selfTestSteps, "num_images": 1, "seed": 7, "safety_checker": false,
		},
	})
	if err != nil {
		return err
	}
	files, err := filesOf(m.Pin, wholeName)
	if err != nil {
		return err
	}
	request := worker.SDRequest{Task: document, Models: []worker.Model{engineModel(m, files)}}
	first, err := n.cfg.Engine.RunSD(ctx, request, nil)
	if err != nil {
		return err
	}
	second, err := n.cfg.Engine.RunSDAnew(ctx, request, nil)
	if err != nil {
		return err
	}
	var salt [32]byte
	distance, ok := task.SDDistance(task.SDDigest(salt, first.Hashes), task.SDDigest(salt, second.Hashes))
	if !ok || distance >= n.matchDistance() {
		return errTwoAnswers
	}
	return nil
}

// fund makes sure that the wallet can stake, and that its gas or a sponsor serves,
// with the faucet's help where there is one.
func (n *Node) fund(ctx context.Context, v view) (view, error) {
	code, lacks, err := n.poor(ctx, v)
	if err != nil {
		return v, err
	}
	if code != "" && n.cfg.Profile.Faucet != "" {
		if err := AskFaucet(ctx, n.cfg.HTTP, n.cfg.Profile.Faucet, n.me); err != nil {
			if ctx.Err() == nil {
				n.health.raise(ReasonFaucet, protocol.Quote(err.Error()))
			}
			return v, fmt.Errorf("ask faucet: %w", err)
		}
		n.health.clear(ReasonFaucet)
		if v, code, lacks, err = n.awaitFunds(ctx); err != nil {
			return v, err
		}
	}
	if code == "" {
		n.health.clear(ReasonNoStake, ReasonNoGas)
		return v, nil
	}
	n.health.raise(code, lacks...)
	return v, fmt.Errorf("too little to join: %s", lacks)
}

// poor says what the wallet lacks to join: a reason's code with its facts.
func (n *Node) poor(ctx context.Context, v view) (code string, lacks protocol.Phrases, err error) {
	if v.balance.Cmp(v.missing()) < 0 {
		return ReasonNoStake, protocol.Phrases{protocol.Say("stake_lacks", "{address} has {has} CNX and needs {needs} CNX.", n.me.Hex(), v.balance, v.missing())}, nil
	}
	if lacks, err = n.lowGas(ctx, v, n.cfg.Profile.Contracts.Node); err != nil || lacks == nil {
		return "", nil, err
	}
	return ReasonNoGas, lacks, nil
}

// AskFaucet asks a network's faucet for test tokens and gas: POST {"address": …}.
// It returns when they are on their way, or with what the faucet says.
func AskFaucet(ctx context.Context, h *http.Client, faucet string, address common.Address) error {
	body, err := json.Marshal(map[string]common.Address{"address": address})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, faucet, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := h.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("it answers %s: %.200s", response.Status, bytes.TrimSpace(text))
	}
	return nil
}

// awaitFunds waits a while for what the faucet sent, and says what is lacking then.
func (n *Node) awaitFunds(ctx context.Context) (v view, code string, lacks protocol.Phrases, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		if v, err = n.look(ctx, false); err != nil {
			return v, "", nil, err
		}
		if code, lacks, err = n.poor(ctx, v); err != nil || code == "" {
			return v, code, lacks, err
		}
		if sleep(ctx, 200*time.Millisecond) != nil {
			return v, code, lacks, nil
		}
	}
}
