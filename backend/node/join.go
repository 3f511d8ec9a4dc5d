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
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/models"
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
	if err := n.fund(ctx, v); err != nil {
		return err
	}

	n.say("Staking and joining")
	at := n.cfg.Profile.Contracts
	node, token := contracts.NewNode(), contracts.NewToken()
	allowed, err := ask(ctx, n.cfg.Chain.Client(), at.Token, token.PackAllowance(n.me, at.Node), token.UnpackAllowance)
	if err != nil {
		return fmt.Errorf("read allowance: %w", err)
	}
	stake := v.stakeNeeded.Big()
	if allowed.Cmp(stake) < 0 {
		if err := n.send(ctx, "approve", at.Token, token.PackApprove(at.Node, stake)); err != nil {
			return err
		}
	}
	return n.send(ctx, string(moveJoin), at.Node, node.PackJoin(contracts.JoinRequest{
		Card: n.cfg.Class.Card, VramGB: n.cfg.Class.VRAMGB, Runtime: n.cfg.Class.Runtime,
		Fingerprint: Fingerprint(info), SealKey: n.sealKey.Public(), Payout: n.me,
	}))
}

// Fingerprint is keccak256 of what the engine's numeric probe gave: by it a
// network tells whether a node computes the same bits as the others of its class.
func Fingerprint(info worker.Info) common.Hash {
	if b, err := hex.DecodeString(info.Fingerprint); err == nil {
		return crypto.Keccak256Hash(b)
	}
	return crypto.Keccak256Hash([]byte(info.Fingerprint))
}

// prove shows that the engine runs here and gives the same answer twice: the
// network's own comparison, on oneself, before anything is staked.
func (n *Node) prove(ctx context.Context) (worker.Info, error) {
	n.say("Starting the engine")
	info, err := n.cfg.Engine.Info(ctx)
	if err != nil {
		if ctx.Err() == nil {
			n.health.raise(ReasonEngine, err.Error())
		}
		return info, fmt.Errorf("start engine: %w", err)
	}
	n.health.clear(ReasonEngine)
	if info.Runtime != n.cfg.Class.Runtime {
		n.health.raise(ReasonEngine, fmt.Sprintf("The engine runs %s, the node was set up for %s.", info.Runtime, n.cfg.Class.Runtime))
		return info, fmt.Errorf("engine runs %s, not %s", info.Runtime, n.cfg.Class.Runtime)
	}
	held := n.cfg.Models.List()
	if len(held) == 0 {
		n.health.raise(ReasonNoModel, "")
		return info, errors.New("no model to run")
	}
	n.health.clear(ReasonNoModel)
	if err := n.selfTest(ctx, held[0]); err != nil {
		if ctx.Err() == nil {
			n.health.raise(ReasonSelfTest, err.Error())
		}
		return info, fmt.Errorf("self-test: %w", err)
	}
	n.health.clear(ReasonSelfTest)
	return info, nil
}

// selfTestTokens is enough for an error of the machine to show.
const selfTestTokens = 48

func (n *Node) selfTest(ctx context.Context, m models.File) error {
	n.say("Testing the engine with " + m.Pin.ID)
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
	request := worker.GPTRequest{Task: document.Normalised(), Model: worker.Model{
		ID: m.Pin.ID, Path: m.Path, SHA256: fmt.Sprintf("%x", m.SHA256()),
	}}
	first, err := n.cfg.Engine.RunGPT(ctx, request, nil)
	if err != nil {
		return err
	}
	second, err := n.cfg.Engine.RunGPT(ctx, request, nil)
	if err != nil {
		return err
	}
	if !bytes.Equal(first.Response, second.Response) {
		return errors.New("the same task gave two different answers")
	}
	return nil
}

// fund makes sure that the wallet can stake and pay gas, with the faucet's help
// where there is one.
func (n *Node) fund(ctx context.Context, v view) error {
	enough, err := n.enoughGas(ctx)
	if err != nil {
		return err
	}
	poor := func(v view) (code, detail string) {
		switch {
		case v.balance.Cmp(v.stakeNeeded) < 0:
			return ReasonNoStake, fmt.Sprintf("%s has %s and needs %s.", n.me.Hex(), v.balance, v.stakeNeeded)
		case v.gas.Cmp(enough) < 0:
			return ReasonNoGas, lowGas(n.me, v.gas, enough)
		}
		return "", ""
	}
	code, detail := poor(v)
	if code != "" && n.cfg.Profile.Faucet != "" {
		if err := n.askFaucet(ctx); err != nil {
			if ctx.Err() == nil {
				n.health.raise(ReasonFaucet, err.Error())
			}
			return fmt.Errorf("ask faucet: %w", err)
		}
		n.health.clear(ReasonFaucet)
		if v, err = n.awaitFunds(ctx, poor); err != nil {
			return err
		}
		code, detail = poor(v)
	}
	if code == "" {
		n.health.clear(ReasonNoStake, ReasonNoGas)
		return nil
	}
	n.health.raise(code, detail)
	return fmt.Errorf("too little to join: %s", detail)
}

// askFaucet asks for test tokens and gas: POST {"address": …}.
func (n *Node) askFaucet(ctx context.Context) error {
	body, err := json.Marshal(map[string]common.Address{"address": n.me})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, n.cfg.Profile.Faucet, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := n.cfg.HTTP.Do(request)
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

// awaitFunds waits a while for what the faucet sent.
func (n *Node) awaitFunds(ctx context.Context, poor func(view) (string, string)) (view, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		v, err := n.look(ctx)
		if err != nil {
			return v, err
		}
		if code, _ := poor(v); code == "" {
			return v, nil
		}
		if sleep(ctx, 200*time.Millisecond) != nil {
			return v, nil
		}
	}
}
