package node

import (
	"slices"
	"sync"

	"helium/backend/protocol"
)

// Codes of the reasons why a node does not earn. They are stable: screens and
// scripts know them.
const (
	ReasonSlashed   = "slashed"
	ReasonKickedOut = "kicked_out"
	ReasonChain     = "chain_unreachable"
	ReasonClock     = "clock_wrong"
	ReasonRelay     = "relay_unreachable"
	ReasonEngine    = "engine_failed"
	ReasonClass     = "hardware_changed"
	// ReasonClassUnknown: the network does not know this hardware, or gives it no
	// tasks that this engine runs. ReasonEngineDiffers: its probe gives something
	// else here. Nothing is staked for either.
	ReasonClassUnknown  = "class_unknown"
	ReasonEngineDiffers = "engine_differs"
	// ReasonRejoin: it was let go, and may not join again yet.
	ReasonRejoin      = "rejoin_later"
	ReasonNoModel     = "no_model"
	ReasonNoRoom      = "no_room"
	ReasonSelfTest    = "self_test_failed"
	ReasonNoGas       = "low_gas"
	ReasonNoStake     = "low_stake"
	ReasonFaucet      = "faucet_failed"
	ReasonMoveRefused = "move_refused"
	// ReasonScoreLow and ReasonNoDemand are no obstacles: the node is drawn.
	ReasonScoreLow = "score_low"
	ReasonNoDemand = "no_demand"
)

// registry is every reason with what it means and the one thing to do, the
// gravest first. Details come from where the cause is known.
func registry() []protocol.Reason {
	return []protocol.Reason{
		{Code: ReasonSlashed, Title: "This node lost its stake",
			Detail: "Its result for a task differed from those of two other machines.",
			Action: "Look for faulty memory or overclocking, then start the node again to stake anew."},
		{Code: ReasonKickedOut, Title: "The network let this node go",
			Detail: "It was too slow or silent in its last tasks. Its stake counts when it joins again, and comes back when it is stopped.",
			Action: "Start the node again when the computer is free and the connection is good."},
		{Code: ReasonChain, Title: "The blockchain can't be reached", Action: "Check the connection. Helium goes on trying."},
		{Code: ReasonClock, Title: "This computer's clock is wrong", Action: "Set the clock to the network's time."},
		{Code: ReasonEngine, Title: "The engine does not run", Action: "Restart Helium; update the graphics driver if it goes on."},
		{Code: ReasonClass, Title: "The hardware changed since this node joined", Action: "Stop the node and start it again to join anew."},
		{Code: ReasonClassUnknown, Title: "The network does not know this computer's hardware", Action: "Ask the network's operator to add it. Helium looks again by itself."},
		{Code: ReasonEngineDiffers, Title: "This computer computes other results than its like",
			Action: "Update Helium and the graphics driver. Helium looks again by itself."},
		{Code: ReasonRejoin, Title: "The network takes this node back later", Action: "Keep Helium running."},
		{Code: ReasonNoModel, Title: "There is no model to run", Action: "Download a model."},
		{Code: ReasonNoRoom, Title: "Other programs use the memory that the model needs",
			Action: "Close a game or another program that uses the graphics card, or choose a smaller model. Helium goes on by itself."},
		{Code: ReasonSelfTest, Title: "The self-test failed",
			Action: "Look for faulty memory or overclocking: on the network this would cost the stake."},
		{Code: ReasonFaucet, Title: "The network's faucet gave nothing", Action: "Send the stake and some gas to this wallet."},
		{Code: ReasonNoStake, Title: "The wallet holds too little CNX to stake", Action: "Send CNX to this wallet."},
		{Code: ReasonNoGas, Title: "The wallet holds too little gas", Action: "Send some of the chain's own coin to this wallet."},
		{Code: ReasonMoveRefused, Title: "The contract refused", Action: "Read why; Helium tries again."},
		{Code: ReasonRelay, Title: "The relay can't be reached", Action: "Check the connection. Helium goes on trying."},
		{Code: ReasonScoreLow, Title: "One more failed task, and the network lets this node go",
			Action: "Let it do its next tasks undisturbed, or pause it while you need the computer."},
		{Code: ReasonNoDemand, Title: "Nobody asks for what this computer can do", Action: "Keep Helium running, or add a model that people ask for."},
	}
}

// ReasonCodes are the codes of all reasons, the gravest first.
func ReasonCodes() (codes []string) {
	for _, r := range registry() {
		codes = append(codes, r.Code)
	}
	return codes
}

// obstructs says whether a node is kept from earning by a reason.
func obstructs(code string) bool { return code != ReasonScoreLow && code != ReasonNoDemand }

// alwaysShown says whether a reason matters to an owner who has stopped the node.
func alwaysShown(code string) bool { return code == ReasonSlashed || code == ReasonKickedOut }

// reasonFor is the registry's reason, with what is known of this occurrence.
func reasonFor(code string, facts ...*protocol.Phrase) *protocol.Reason {
	known := protocol.Reason{Code: code, Title: "Something is wrong"}
	for _, r := range registry() {
		if r.Code == code {
			known = r
		}
	}
	if len(facts) > 0 {
		known.Facts = facts
		known.Detail = known.Facts.String()
	}
	return &known
}

// health holds the reasons that stand now.
type health struct {
	changed func()

	// mu guards everything that follows.
	mu     sync.Mutex
	raised map[string]*protocol.Reason
}

// raise notes that a reason stands.
func (h *health) raise(code string, facts ...*protocol.Phrase) {
	h.mu.Lock()
	old := h.raised[code]
	now := reasonFor(code, facts...)
	h.raised[code] = now
	h.mu.Unlock()
	if old == nil || old.Detail != now.Detail {
		h.changed()
	}
}

// clear notes that reasons don't stand any more.
func (h *health) clear(codes ...string) {
	h.mu.Lock()
	gone := false
	for _, code := range codes {
		gone = gone || h.raised[code] != nil
		delete(h.raised, code)
	}
	h.mu.Unlock()
	if gone {
		h.changed()
	}
}

// stands says whether a reason stands now.
func (h *health) stands(code string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.raised[code] != nil
}

// worst is the gravest reason that stands, nil if there is none.
func (h *health) worst() *protocol.Reason {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := registry()
	i := slices.IndexFunc(all, func(r protocol.Reason) bool { return h.raised[r.Code] != nil })
	if i < 0 {
		return nil
	}
	copied := *h.raised[all[i].Code]
	return &copied
}
