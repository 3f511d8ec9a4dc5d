package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/seal"
	"helium/backend/store"
	"helium/inference/gpt"
)

// arguments are what the creator sealed to the nodes, checked.
type arguments struct {
	envelope *protocol.Envelope
	reply    [32]byte
	work     work
}

// verdict is an answer that needs no engine, or ends its work: an error.
type verdict struct {
	kind protocol.ResultKind
	why  error
}

func (v *verdict) Error() string { return v.kind.String() + ": " + v.why.Error() }

// declineMargin is what a decline needs of the time for the arguments.
const declineMargin = 10 * time.Second

// decline has another node drawn in this one's place, when it lacks the task's
// model and never said that it holds it. handled says that nothing more is to
// be done: a node that has signed this must not answer.
func (r *runner) decline(ctx context.Context, job Job) (handled bool, err error) {
	n := r.n
	if job.Declined {
		return true, r.sendDecline(ctx, job)
	}
	begun := len(job.Heard) > 0
	late := n.cfg.Chain.Clock().Until(job.ArgumentsBy) < declineMargin
	if job.ModelKey == (common.Hash{}) || begun || late {
		return false, nil
	}
	node := contracts.NewNode()
	info, err := ask(ctx, n.cfg.Chain.Client(), n.cfg.Profile.Contracts.Node, node.PackNodeInfo(n.me), node.UnpackNodeInfo)
	if err != nil {
		return false, fmt.Errorf("read node: %w", err)
	}
	if protocol.ModelSet(info.Models).Has(job.ModelKey) {
		return false, nil // the contract would not let it go
	}
	if err := r.change(func(j *Job) { j.Declined = !j.Answered && !j.given() }); err != nil {
		return false, err
	}
	if job, err = r.job(); err != nil || !job.Declined {
		return false, err
	}
	return true, r.sendDecline(ctx, job)
}

func (r *runner) sendDecline(ctx context.Context, job Job) error {
	signature, err := r.n.cfg.Wallet.SignMessage(r.n.domain, protocol.Decline{TaskKey: job.Key})
	if err != nil {
		return err
	}
	return r.attempted(r.n.court.decline(ctx, job.ref(), int(job.Seat), signature, job.ArgsHash, job.PrevRandao))
}

// fetch gets the arguments. Without them there is nothing to answer: the job
// waits until the window closes.
func (r *runner) fetch(ctx context.Context, job Job) error {
	if err := r.getArguments(ctx, job); err != nil {
		return r.giveUp(ctx, job, err)
	}
	return r.change(func(j *Job) { j.Arguments, j.Model = true, r.args.work.models()[0] })
}

// giveUp answers with an error when it is an answer.
func (r *runner) giveUp(ctx context.Context, job Job, err error) error {
	var v *verdict
	if !errors.As(err, &v) {
		return err
	}
	if v.kind == protocol.KindModelNotFound {
		if handled, err := r.decline(ctx, job); handled || err != nil {
			return err
		}
	}
	r.n.log.Warn("task has no result", "task", job.ID, "kind", v.kind, "why", v.why)
	return r.n.keepAnswer(job, Answer{Kind: v.kind, Why: v.why.Error(), work: r.takeWork()}, nil)
}

func (r *runner) getArguments(ctx context.Context, job Job) error {
	plain, err := r.openAny(ctx, job)
	if err != nil {
		return fmt.Errorf("get arguments: %w", err)
	}
	args, err := r.n.judge(plain, job)
	r.own.Go(func() { r.reseal(r.life, job, plain) })
	if err != nil {
		return err
	}
	r.args = args
	return nil
}

// judge reads arguments whose hash is right. What is wrong with them is the
// same for every node, unless it is the model, which this node may lack.
func (n *Node) judge(plain []byte, job Job) (*arguments, error) {
	envelope, err := protocol.DecodeEnvelope(plain)
	if err != nil {
		return nil, invalid(err)
	}
	if envelope.Type != job.Type {
		return nil, invalid(fmt.Errorf("envelope is of type %d, the task of type %d", envelope.Type, job.Type))
	}
	args := &arguments{envelope: envelope, reply: [32]byte(envelope.ReplyKey)}
	if err := seal.CheckPublic(args.reply); err != nil {
		return nil, invalid(fmt.Errorf("reply key: %w", err))
	}
	args.work, err = n.read(envelope, job)
	return args, err
}

// commitMargin is left between the end of computing and that of the window.
const commitMargin = 15 * time.Second

// engineDeaths is how often a task may kill the engine before it is given up.
const engineDeaths = 3

// compute runs the task and keeps its answer.
func (r *runner) compute(ctx context.Context, job Job) error {
	if other, err := r.n.mustNotCompute(ctx); err != nil {
		return err
	} else if other {
		return r.giveUp(ctx, job, &verdict{protocol.KindCannotRun, errors.New("the node joined with other hardware")})
	}
	if handed, err := r.makeWay(ctx, job); handed || err != nil {
		return err
	}
	again := r.begun || r.args == nil
	if r.args == nil {
		if err := r.getArguments(ctx, job); err != nil {
			return r.giveUp(ctx, job, err)
		}
	}
	r.begun = true
	r.own.Go(func() { r.sayReady(ctx, job) })

	left := r.n.cfg.Chain.Clock().Until(job.CommitBy)
	if left = max(left-commitMargin, left/2); left <= 0 {
		return nil // the window closes
	}
	running, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	worked := r.n.working(ctx)
	made, err := r.generate(running, job, again)
	r.worked = r.worked.Add(worked())
	defer r.leaveWork(job)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return r.giveUp(ctx, job, err)
	}

	sealed, err := seal.Seal(made.response, r.args.reply)
	if err != nil {
		return fmt.Errorf("seal response: %w", err)
	}
	return r.n.keepAnswer(job, Answer{
		Kind: protocol.KindResult, Result: made.digest(r.args.envelope.Salt), CiphertextHash: crypto.Keccak256Hash(sealed),
		work: r.takeWork(),
	}, sealed)
}

// generate runs the engine. Its error is a verdict, or the machine's and then
// the task may be tried again.
func (r *runner) generate(ctx context.Context, job Job, again bool) (made, error) {
	n := r.n
	paths, release, err := n.use(r.args.work.models())
	if err != nil {
		return made{}, err
	}
	defer release()
	work := r.args.work.at(paths)
	for deaths := 1; ; deaths++ {
		// A stream can't be taken up again, so only the first try has one.
		var out *stream
		if job.Seat == 0 && !again {
			out = r.startStream(ctx, job)
		}
		result, err := work.run(ctx, n.cfg.Engine, out != nil, func(p protocol.StreamPiece, now Progress) {
			n.count(job.ID, now)
			out.add(p)
		})
		out.end()
		if err == nil {
			n.health.clear(ReasonEngine)
			return result, nil
		}
		if errors.Is(err, errYields) {
			return made{}, err // it waits its turn, or is handed back
		}
		code := gpt.CodeOf(err)
		n.log.Warn("engine failed", "task", job.ID, "code", code, "err", err)
		switch {
		case code == gpt.CodeEngineDied && deaths < engineDeaths && ctx.Err() == nil:
			again = true
		case code == gpt.CodeCancelled && ctx.Err() == nil:
			return made{}, err // somebody else needs the machine: try again
		default:
			return made{}, &verdict{kindOf(code), err}
		}
	}
}

// use keeps models from being removed, or moved, until release, and says where they
// are. One that was removed since the arguments came is as one that never was here.
func (n *Node) use(ids []string) (paths map[string]string, release func(), err error) {
	var held []func()
	paths = map[string]string{}
	release = func() {
		for _, r := range held {
			r()
		}
	}
	for _, id := range ids {
		f, one, err := n.cfg.Models.Use(id)
		if err != nil {
			release()
			if errors.Is(err, models.ErrNotHere) {
				return nil, nil, &verdict{protocol.KindModelNotFound, err}
			}
			return nil, nil, err
		}
		paths[id], held = f.Path, append(held, one)
	}
	return paths, release, nil
}

// kindOf says what an engine's error commits to.
func kindOf(code gpt.Code) protocol.ResultKind {
	switch {
	case code.TaskAtFault():
		return protocol.KindInvalidArguments
	case code == gpt.CodeModelNotFound:
		return protocol.KindModelNotFound
	case code == gpt.CodeHashDiffers:
		return protocol.KindFileHashDiffers
	default:
		return protocol.KindCannotRun
	}
}

func (n *Node) count(id protocol.TaskID, now Progress) {
	n.mu.Lock()
	_, begun := n.doing[id]
	now.Tokens = max(now.Tokens, n.doing[id].Tokens)
	n.doing[id] = now
	n.mu.Unlock()
	if !begun {
		n.at("first token")
	}
	n.changed()
}

// sayReady tells the creator and the other nodes that the arguments are right.
func (r *runner) sayReady(ctx context.Context, job Job) {
	m := protocol.Ready{TaskKey: job.Key}
	signature, err := r.n.cfg.Wallet.SignMessage(r.n.domain, m)
	if err != nil {
		r.n.log.Error("sign ready", "task", job.ID, "err", err)
		return
	}
	message, err := client.NewMessage(r.n.me, m, signature)
	if err == nil {
		err = r.n.cfg.Relay.SendMessage(ctx, job.Key, message)
	}
	if err == nil {
		r.setReady(int(job.Seat))
	} else if ctx.Err() == nil {
		r.n.log.Warn("could not say ready", "task", job.ID, "err", err)
	}
}

// keepAnswer writes the answer, unless there is one already: what was promised
// for a task key is never promised differently.
func (n *Node) keepAnswer(job Job, a Answer, sealed []byte) error {
	a.Commitment = protocol.CommitmentHash(job.Key, n.me, a.Kind, a.Result, n.nonce(job.Key))
	a.Made = n.cfg.Now()
	err := n.updateJobs(func(tx *store.Tx) error {
		old, err := n.rows.answers.Get(tx, job.Key)
		switch {
		case err == nil && old.Commitment != a.Commitment:
			n.log.Warn("the answer differs from the one in the journal, which stays", "task", job.ID)
		case errors.Is(err, store.ErrNotFound):
			if err := n.rows.answers.Put(tx, job.Key, a); err != nil {
				return err
			}
			if sealed != nil {
				if err := n.rows.sealed.Put(tx, job.Key, sealed); err != nil {
					return err
				}
			}
		case err != nil:
			return err
		}
		if err := n.keepWork(tx, a.work); err != nil {
			return err
		}
		return n.changeJob(tx, job.ID, func(j *Job) {
			j.Work = j.Work.Add(a.work)
			if j.refused() {
				n.log.Warn("too late with the answer: this node has said that it can't run the task", "task", job.ID)
				return
			}
			j.Answered, j.Stored = true, j.Stored || a.Kind != protocol.KindResult
		})
	})
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	n.changed()
	n.at("answered")
	return nil
}

func (n *Node) answer(key protocol.TaskKey) (a Answer, err error) {
	err = n.cfg.Store.View(func(tx *store.Tx) error { a, err = n.rows.answers.Get(tx, key); return err })
	if err != nil {
		return a, fmt.Errorf("read answer: %w", err)
	}
	return a, nil
}

func (n *Node) relayAnswered(ctx context.Context, err error) {
	if err == nil {
		n.health.clear(ReasonRelay)
		return
	}
	var refusal *client.Error
	if ctx.Err() == nil && !errors.As(err, &refusal) {
		n.health.raise(ReasonRelay, protocol.Quote(err.Error()))
	}
}
